/** A new element with these properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The address of a picture: that of the page's picture of this name, or the address itself. */
export function addressOf(picture) {
  return picture.startsWith("data:") ? picture : document.querySelector(`img[data-name="${picture}"]`).src;
}
