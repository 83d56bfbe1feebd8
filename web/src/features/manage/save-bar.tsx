import { Trans, useLingui } from '@lingui/react/macro';
import { reasonOf } from '@/api/api-error';
import { Button } from '@/ui/button';
import classes from './manage-page.module.css';
import type { Draft } from './use-draft';

/** Saving is a decision: the bar appears with the first change and says what became of it. */
export function SaveBar({ draft }: { draft: Draft }) {
  const { t } = useLingui();
  if (draft.newer) return <Conflict draft={draft} newer={draft.newer} />;
  if (!draft.changed) return null;
  return (
    <div className={classes.saveBar}>
      {draft.error ? (
        <p role="alert" className={classes.bad}>
          {reasonOf(draft.error, t`It was not saved: the server cannot be reached. Try again.`)}
        </p>
      ) : (
        <p role="status">
          <Trans>There are changes that are not saved.</Trans>
        </p>
      )}
      <div className={classes.buttons}>
        <Button disabled={draft.busy} onClick={draft.discard}>
          <Trans>Discard</Trans>
        </Button>
        <Button look="primary" disabled={draft.busy} onClick={draft.save}>
          <Trans>Save</Trans>
        </Button>
      </div>
    </div>
  );
}

function Conflict({ draft, newer }: { draft: Draft; newer: NonNullable<Draft['newer']> }) {
  return (
    <div className={classes.saveBar} role="alert">
      <div className={classes.full}>
        <p>
          <Trans>Somebody else changed this video after you opened it. Nothing of yours was saved yet.</Trans>
        </p>
        <p className={classes.newer}>
          <strong>{newer.title}</strong> {newer.description.slice(0, 200)}
        </p>
      </div>
      <div className={classes.buttons}>
        <Button onClick={draft.takeNewer}>
          <Trans>Take the newer text</Trans>
        </Button>
        <Button look="primary" onClick={draft.keepMine}>
          <Trans>Go on with mine</Trans>
        </Button>
      </div>
    </div>
  );
}
