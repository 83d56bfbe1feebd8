import { t } from '@lingui/core/macro';

/** The kinds of media work as people call them. */
export function kindNames(): Record<string, string> {
  return {
    probe: t`Look at the file`,
    prepare: t`Prepare the file`,
    chunk: t`Encode a chunk`,
    audio: t`Encode sound`,
    pictures: t`Make pictures`,
    verify: t`Verify`,
    demand: t`Make what a viewer waits for`,
    copy: t`Pass the original through`,
    storyboard: t`Make preview pictures`,
  };
}

/** Where a task can be. */
export function stateNames(): Record<string, string> {
  return { queued: t`Queued`, running: t`Running`, done: t`Done`, failed: t`Failed` };
}
