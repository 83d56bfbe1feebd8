import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import classes from './title-field.module.css';

type TitleFieldProps = { title: string; onSave: (title: string) => void };

/** A title that is edited in place; Enter or leaving saves, Escape takes the change back. */
export function TitleField({ title, onSave }: TitleFieldProps) {
  const { t } = useLingui();
  const [draft, setDraft] = useState<string | null>(null);
  const save = () => {
    const wanted = draft?.trim();
    setDraft(null);
    if (wanted && wanted !== title) onSave(wanted);
  };
  return (
    <input
      className={classes.title}
      aria-label={t`Title`}
      maxLength={200}
      value={draft ?? title}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
