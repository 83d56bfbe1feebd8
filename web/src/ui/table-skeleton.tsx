import classes from './table-skeleton.module.css';

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** The rows of a table before their first answer. */
export function TableSkeleton() {
  return (
    <div aria-hidden className={classes.rows}>
      {PLACEHOLDERS.map((key) => (
        <div key={key} className={classes.row} />
      ))}
    </div>
  );
}
