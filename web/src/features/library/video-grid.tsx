import type { ReactNode } from 'react';
import classes from './video-grid.module.css';

/** The grid that videos and their placeholders share, so that nothing jumps when they arrive. */
export function VideoGrid({ children }: { children: ReactNode }) {
  return <ul className={classes.grid}>{children}</ul>;
}

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** The grid before its first answer. */
export function VideoGridSkeleton() {
  return (
    <div aria-hidden className={classes.grid}>
      {PLACEHOLDERS.map((key) => (
        <div key={key} className={classes.placeholder}>
          <div className={classes.picture} />
          <div className={classes.line} />
          <div className={classes.shortLine} />
        </div>
      ))}
    </div>
  );
}
