import { t } from '@lingui/core/macro';

/** What a track is called after. */
export type NamedTrack = { readonly lang: string; readonly label: string; readonly role: string };

/** How menus call tracks: by label or language, with what sets them apart from their neighbours. */
export function trackNames(tracks: readonly NamedTrack[], locale: string): string[] {
  const plain = tracks.map((track) => withRole(track.label || languageName(track.lang, locale), track.role));
  return plain.map((name, index) => {
    const before = plain.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name} ${before + 1}`;
  });
}

/** A language in the viewer's own words; "Unknown language" where the file does not say. */
export function languageName(tag: string, locale: string): string {
  if (!tag || tag === 'und' || tag === 'zxx' || tag === 'mis') return t`Unknown language`;
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function withRole(name: string, role: string): string {
  const words = roleWords(role);
  return words && !name.toLowerCase().includes(words.toLowerCase()) ? `${name} (${words})` : name;
}

function roleWords(role: string): string {
  switch (role) {
    case 'commentary':
      return t`commentary`;
    case 'description':
      return t`audio description`;
    case 'captions':
      return t`captions`;
    case 'forced':
      return t`forced`;
    default:
      return '';
  }
}
