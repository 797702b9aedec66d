// Fills a form in as a person would and marks the button that sends it.
// Gives `ready`, `held back` where the browser's own rules would not let it go, or what is wrong.
const [place, typed, words] = arguments;
const form = document.forms[place];
if (!form) return 'there are only ' + document.forms.length + ' forms';
const clean = text => (text || '').replace(/\s+/g, ' ').trim();
const unfold = element => {
  for (let up = element; up; up = up.parentElement) {
    if (up.tagName === 'DETAILS') up.open = true;
    if (up.tagName === 'DIALOG' && !up.open) up.showModal();
  }
};
const tell = (element, kind) => element.dispatchEvent(new Event(kind, { bubbles: true }));
for (const { name, place, kind, value, on } of typed) {
  const field = [...form.elements].filter(it => it.name === name)[place];
  if (!field) return 'no field ' + name + ' number ' + place;
  unfold(field);
  const shown = field.closest('.combo') || field.closest('label') || field;
  if (!shown.getClientRects().length) return name + ' cannot be seen';
  if (kind === 'checkbox' || kind === 'radio') {
    if (field.checked !== on) field.click();
  } else {
    field.value = value;
    if (field.value.replace(/\r\n/g, '\n') !== value.replace(/\r\n/g, '\n')) return 'held back';
    if (field.closest('.combo')) tell(field, 'restored');
  }
  tell(field, 'input');
  tell(field, 'change');
}
const spoken = button => clean(button.textContent) || button.getAttribute('aria-label') || '';
const buttons = [...form.elements].filter(it => it.tagName === 'BUTTON' && it.type === 'submit' && !it.hasAttribute('aria-hidden'));
const button = buttons.find(it => spoken(it) === clean(words)) || buttons.find(it => spoken(it).replace(/\s/g, '') === words.replace(/\s/g, ''));
if (!button) return 'no button among ' + buttons.map(spoken).join('、');
if (!form.noValidate && !button.formNoValidate && !form.checkValidity()) return 'held back';
document.querySelectorAll('[data-pressed]').forEach(it => it.removeAttribute('data-pressed'));
unfold(button);
button.setAttribute('data-pressed', '');
button.scrollIntoView({ block: 'center' });
return 'ready';
