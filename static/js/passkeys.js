// Says on the page when a passkey can't be used; allauth's own scripts tell only the console.

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const words = document.getElementById("passkey-error");
  const place = document.querySelector(".account-body");
  if (!words || !place) return;
  place.querySelector("[data-passkey-error]")?.remove();
  place.prepend(words.content.cloneNode(true));
});
