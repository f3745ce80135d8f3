// A conversation is read from its end: it is there before the first paint, and before the modules are.
{
  const box = document.getElementById("conversation");
  if (box && !location.hash) box.scrollTop = box.scrollHeight;
}
