import classes from './library-page.module.css';

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e'];

/** The rows before their first answer, of the same size. */
export function RowsSkeleton() {
  return (
    <div aria-hidden className={classes.rows}>
      {PLACEHOLDERS.map((key) => (
        <div key={key} className={classes.row}>
          <div className={classes.picture}>
            <div className={classes.blankPicture} />
          </div>
          <div className={classes.words}>
            <div className={classes.blankLine} />
            <div className={classes.blankShort} />
          </div>
        </div>
      ))}
    </div>
  );
}
