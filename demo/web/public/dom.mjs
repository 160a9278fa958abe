/**
 * Makes an element. Its children are elements, or text, which stays text whatever is in it.
 *
 * @param {string} tag - with its classes, such as `span.name`
 * @param {Record<string, unknown>} [properties] - those of the element; `data` and `aria` hold attributes
 */
export function h(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  element.classList.add(...classes);
  Object.assign(element, properties);
  Object.assign(element.dataset, data);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-${key}`, value);
  element.append(...children);
  return element;
}

/** A form with one text to be sent, which is emptied once that was done. */
export function textForm({ label, placeholder, button, maxLength, className, onSubmit }) {
  const input = h('input', {
    type: 'text',
    placeholder,
    maxLength,
    required: true,
    autocomplete: 'off',
    aria: { label },
  });
  const submit = h('button', { type: 'submit' }, button);
  const form = h(`form.${className}`, {}, input, submit);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text && (await onSubmit(text)) !== false) input.value = '';
  });
  return form;
}

export function button(text, onClick, properties = {}) {
  const element = h('button', { type: 'button', ...properties }, text);
  element.addEventListener('click', onClick);
  return element;
}

/** Milliseconds for people to read. */
export function shownMs(ms) {
  return `${Math.max(ms, 0).toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** Milliseconds since 1970: with a fraction, unless the clock was set since the page began. */
export function now() {
  const fine = performance.timeOrigin + performance.now();
  const coarse = Date.now();
  return Math.abs(fine - coarse) < 2 ? fine : coarse;
}
