// The administration in the theme of the profile. Before the first paint, so that no page flashes white.
document.documentElement.dataset.theme = document.querySelector('meta[name="theme"]').content || "auto";
