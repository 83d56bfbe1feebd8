const LINE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

/** Shapes of the controls on a 24 by 24 grid. */
const PATHS = {
  play: '<path d="M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.6-6.8a.8.8 0 0 0 0-1.4L9.2 4.5A.8.8 0 0 0 8 5.2z"/>',
  pause: '<rect x="6.5" y="5" width="4" height="14" rx="1"/><rect x="13.5" y="5" width="4" height="14" rx="1"/>',
  replay: '<path d="M12 5V1.8L7 6l5 4.2V7a5.5 5.5 0 1 1-5.5 5.5h-2A7.5 7.5 0 1 0 12 5z"/>',
  sound: `<path d="M4 9.5v5h3.2l4.8 4V5.5l-4.8 4z"/><path d="M15 9a4 4 0 0 1 0 6M17.5 6.5a7.5 7.5 0 0 1 0 11" ${LINE}/>`,
  muted: `<path d="M4 9.5v5h3.2l4.8 4V5.5l-4.8 4z"/><path d="m15.5 9.5 5 5m0-5-5 5" ${LINE}/>`,
  captions: `<rect x="3" y="5" width="18" height="14" rx="3" ${LINE}/><path d="M10.5 10.4a2.2 2.2 0 1 0 0 3.2m6.5-3.2a2.2 2.2 0 1 0 0 3.2" ${LINE}/>`,
  settings: `<path d="M3.5 8h9m5 0h3M3.5 16h3m5 0h9" ${LINE}/><circle cx="15" cy="8" r="2.5" ${LINE}/><circle cx="9" cy="16" r="2.5" ${LINE}/>`,
  'small-window': `<rect x="3" y="5" width="18" height="14" rx="2" ${LINE}/><rect x="12" y="11.5" width="6.5" height="5" rx="1"/>`,
  theater: `<rect x="2.5" y="7" width="19" height="10" rx="2" ${LINE}/>`,
  'theater-off': `<rect x="5.5" y="7" width="13" height="10" rx="2" ${LINE}/>`,
  expand: `<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" ${LINE}/>`,
  shrink: `<path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5" ${LINE}/>`,
  forward: `<path d="m9.5 6 6 6-6 6" ${LINE}/>`,
  back: `<path d="m14.5 6-6 6 6 6" ${LINE}/>`,
  close: `<path d="m6 6 12 12M18 6 6 18" ${LINE}/>`,
  music: `<path d="M9 17.5V5.5l10-2v12" ${LINE}/><circle cx="6.5" cy="17.5" r="2.5" ${LINE}/><circle cx="16.5" cy="15.5" r="2.5" ${LINE}/>`,
} as const;

export type IconName = keyof typeof PATHS;

/** The markup of one icon. */
export function icon(name: IconName): string {
  return `<svg viewBox="0 0 24 24" width="24" height="24" fill="currentColor" aria-hidden="true">${PATHS[name]}</svg>`;
}
