import { Trans, useLingui } from '@lingui/react/macro';
import type { Visibility } from '@/api/types';
import { CopyLinkButton } from '@/ui/copy-button';
import classes from './manage-page.module.css';
import type { Draft } from './use-draft';

/** Who may watch a video. */
export function AccessTab({ draft: { fields, set }, watchUrl }: { draft: Draft; watchUrl: string }) {
  const { t } = useLingui();
  const choices: { value: Visibility; name: string; more: string }[] = [
    { value: 'private', name: t`Private`, more: t`Only you and administrators can watch.` },
    { value: 'unlisted', name: t`Unlisted`, more: t`Anyone with the link can watch. It is in no list.` },
    { value: 'public', name: t`Public`, more: t`Everyone can find and watch it.` },
  ];
  return (
    <div className={classes.form}>
      <fieldset className={classes.choices}>
        <legend>
          <Trans>Who can watch</Trans>
        </legend>
        {choices.map(({ value, name, more }) => (
          <label key={value} className={classes.choice}>
            <input
              type="radio"
              name="visibility"
              value={value}
              checked={fields.visibility === value}
              onChange={() => set({ visibility: value })}
            />
            <span>
              {name}
              <small>{more}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className={classes.actions}>
        <CopyLinkButton url={watchUrl} />
      </div>
    </div>
  );
}
