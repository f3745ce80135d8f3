// A conversation is read from its first unread message, or from its end: it is there before the first paint, and
// before the modules are.
{
  const box = document.getElementById("conversation");
  const line = document.getElementById("first-unread");
  if (box && !location.hash) {
    box.scrollTop = line
      ? line.getBoundingClientRect().top - box.getBoundingClientRect().top - 48
      : box.scrollHeight;
  }
}
