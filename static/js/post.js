// Sends a form to the server and brings back its JSON answer, with progress for large ones.

// Resolves to {status, ok, error, …}; rejects when the server could not be reached.
export function post(address, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    // The cookie's token: signing in again in another window has made the form's own one void.
    request.setRequestHeader("X-CSRFToken", cookie("csrftoken") || body.get("csrfmiddlewaretoken") || "");
    body.delete("csrfmiddlewaretoken");
    if (onProgress) {
      request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    }
    request.addEventListener("load", () => resolve({ status: request.status, ...parsed(request) }));
    request.addEventListener("error", () => reject(new Error("network")));
    request.addEventListener("timeout", () => reject(new Error("network")));
    // Without files in the shorter form; an empty multipart body is no request to Django.
    request.send([...body.values()].some((value) => value instanceof File) ? body : new URLSearchParams(body));
  });
}

function parsed(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return { ok: false, error: "" }; // a page of a proxy, or of a server in trouble
  }
}

export function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
