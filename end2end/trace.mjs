/** The forms in which a secret could hide: [what it is called, bytes to look for]. */
export function disguises(marker) {
  const raw = Buffer.from(marker);
  if (raw.length < 8) throw new Error(`${marker} is too short to be looked for: it would be found by chance`);
  const forms = [['plain', raw]];
  // Base64 inside a longer text looks different at each of three offsets; its edges depend on the neighbours.
  for (const offset of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(offset), raw]);
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    forms.push([`base64+${offset}`, Buffer.from(shifted.toString('base64').slice(start, end))]);
    forms.push([`base64url+${offset}`, Buffer.from(shifted.toString('base64url').slice(start, end))]);
  }
  forms.push(['hex', Buffer.from(raw.toString('hex'))]);
  forms.push(['HEX', Buffer.from(raw.toString('hex').toUpperCase())]);
  forms.push(['in a URL', Buffer.from(encodeURIComponent(marker))]);
  forms.push(['in JSON', Buffer.from(JSON.stringify(marker).slice(1, -1))]);
  forms.push(['in HTML', Buffer.from(marker.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'))]);
  const seen = new Set();
  return forms.filter(([, text]) => !seen.has(text.toString('latin1')) && seen.add(text.toString('latin1')));
}
