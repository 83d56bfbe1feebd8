import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconClock, IconInfoCircle } from '@tabler/icons-react';
import type { Encoding, SideTask } from '@/api/types';
import { ORIGINAL_RUNG, roughTime } from '@/lib/describe';
import { percent } from '@/lib/format';
import { useSteadyTime } from '@/lib/steady-time';
import { taskName } from './describe-cell';
import { originalOf, stepsLeft } from './model';
import classes from './reel.module.css';

/** What the strip cannot show: what became of the original, which steps come yet, and why the work waits. */
export function Notes({ encoding, offered }: { encoding: Encoding; offered: boolean }) {
  const { t } = useLingui();
  const refusal = encoding.plan?.not_copied.find(({ track }) => track === ORIGINAL_RUNG);
  const steps = stepsLeft(encoding);
  return (
    <ul className={classes.notes}>
      {originalOf(encoding) && (
        <li className={classes.good}>
          <IconCheck size={16} aria-hidden />
          <Trans>Original quality: plays as it came, no encoding needed.</Trans>
        </li>
      )}
      {refusal && (
        <li title={refusal.code}>
          <IconInfoCircle size={16} aria-hidden />
          <Trans>The original itself is not played: {refusal.message}</Trans>
        </li>
      )}
      {offered && (
        <li>
          <IconInfoCircle size={16} aria-hidden />
          <Trans>Plays from any position: what is not made yet is made when somebody watches there.</Trans>
        </li>
      )}
      {steps.length > 0 && (
        <li className={classes.wait}>
          <IconClock size={16} aria-hidden />
          <span>{t`Still to come: ${steps.map(stepText).join(', ')}`}</span>
        </li>
      )}
      <WaitNote encoding={encoding} />
    </ul>
  );
}

function stepText(task: SideTask): string {
  const name = taskName(task).toLocaleLowerCase();
  return task.state === 'running' && task.progress ? `${name} ${percent(task.progress)}` : name;
}

/** Why nothing goes on now, and for about how long. */
export function WaitNote({ encoding: { waiting } }: { encoding: Encoding }) {
  const eta = useSteadyTime(waiting?.eta_seconds ?? null);
  if (!waiting) return null;
  return (
    <li className={classes.wait} title={waiting.code}>
      <IconClock size={16} aria-hidden />
      <span>
        {waiting.message} {eta !== null && <Trans>All of it is done in {roughTime(eta)}.</Trans>}
      </span>
    </li>
  );
}
