import { type ComponentPropsWithRef, type ReactNode, useId } from 'react';
import classes from './field.module.css';

type Around = { label: ReactNode; hint?: ReactNode; error?: ReactNode };

/** A labelled line of text. */
export function TextField({ label, hint, error, ...rest }: Around & ComponentPropsWithRef<'input'>) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ids) => <input className={classes.input} {...ids} {...rest} />}
    </Labelled>
  );
}

/** A labelled box for several lines. */
export function TextArea({ label, hint, error, ...rest }: Around & ComponentPropsWithRef<'textarea'>) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ids) => <textarea className={classes.area} {...ids} {...rest} />}
    </Labelled>
  );
}

/** A labelled choice of one. */
export function SelectField({ label, hint, error, ...rest }: Around & ComponentPropsWithRef<'select'>) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ids) => <select className={classes.select} {...ids} {...rest} />}
    </Labelled>
  );
}

type Ids = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true };

function Labelled({ label, hint, error, children }: Around & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const ids: Ids = { id };
  if (hint || error) ids['aria-describedby'] = `${id}-more`;
  if (error) ids['aria-invalid'] = true;
  return (
    <div className={classes.field}>
      <label htmlFor={id}>{label}</label>
      {children(ids)}
      {(hint || error) && (
        <p id={`${id}-more`} className={error ? classes.error : classes.hint}>
          {error || hint}
        </p>
      )}
    </div>
  );
}
