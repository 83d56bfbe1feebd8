import classes from './avatar.module.css';

/** The first letters of a name in a circle; drawn, not written, since the name is said beside it. */
export function Avatar({ name }: { name: string }) {
  return <span className={classes.avatar} aria-hidden data-initials={initials(name)} />;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
}
