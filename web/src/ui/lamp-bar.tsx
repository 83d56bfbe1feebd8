import clsx from 'clsx';
import classes from './lamp-bar.module.css';

type LampBarProps = { share: number; label: string; indeterminate?: boolean };

/** A thin bar of light: how far something is. */
export function LampBar({ share, label, indeterminate = false }: LampBarProps) {
  const now = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      className={classes.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={indeterminate ? undefined : now}
    >
      <div
        className={clsx(classes.light, indeterminate && classes.wandering)}
        style={{ transform: indeterminate ? undefined : `scaleX(${now / 100})` }}
      />
    </div>
  );
}
