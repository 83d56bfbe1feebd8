import { useLingui } from '@lingui/react/macro';
import type { Visibility } from '@/api/types';
import classes from './visibility-select.module.css';

type VisibilitySelectProps = { value: Visibility; onChange: (value: Visibility) => void; disabled?: boolean };

/** Chooses who may watch. */
export function VisibilitySelect({ value, onChange, disabled }: VisibilitySelectProps) {
  const { t } = useLingui();
  return (
    <select
      className={classes.select}
      aria-label={t`Who can watch`}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value as Visibility)}
    >
      <option value="private">{t`Private: only you`}</option>
      <option value="unlisted">{t`Unlisted: anyone with the link`}</option>
      <option value="public">{t`Public: everyone`}</option>
    </select>
  );
}
