// The text that somebody has selected, while the page changes around it: a node that is moved loses its part.

// Where the selection begins and ends; null when nothing is selected.
export function selectedNow() {
  const { anchorNode, anchorOffset, focusNode, focusOffset, isCollapsed } = document.getSelection();
  return isCollapsed ? null : { anchorNode, anchorOffset, focusNode, focusOffset };
}

// Selects it again where the change took it away and its ends are still on the page.
export function selectAgain(before) {
  if (!before?.anchorNode.isConnected || !before.focusNode.isConnected) return;
  const { anchorNode, focusNode } = before;
  const now = selectedNow();
  if (now?.anchorNode === anchorNode && now.focusNode === focusNode) return;
  const inside = (node, offset) => Math.min(offset, node.nodeValue?.length ?? node.childNodes.length);
  document
    .getSelection()
    .setBaseAndExtent(anchorNode, inside(anchorNode, before.anchorOffset), focusNode, inside(focusNode, before.focusOffset));
}
