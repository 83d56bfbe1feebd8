import { Trans } from '@lingui/react/macro';
import clsx from 'clsx';
import type { Video } from '@/api/types';
import { shareOf, stepOf } from '@/lib/describe';
import { ButtonLink } from '@/ui/button';
import { LampBar } from '@/ui/lamp-bar';
import { LogoMark } from '@/ui/logo';
import { StepWords } from '@/ui/step-words';
import { TellMe } from '@/ui/tell-me';
import classes from './screen.module.css';

/** Stands where the player will be while a video is on its way. */
export function ComingSoon({ video }: { video: Video }) {
  const step = stepOf(video);
  const unknown = video.state === 'waiting' || (video.state === 'processing' && video.progress.encode === 0);
  return (
    <section className={clsx(classes.screen, classes.dark)} data-state={video.state}>
      <div className={classes.words}>
        <span className={classes.mark}>
          <LogoMark size={48} />
        </span>
        <h2>{step ? <StepWords video={video} /> : <Trans>Starting</Trans>}</h2>
        <LampBar share={shareOf(video)} label={step} indeterminate={unknown} />
        <p>
          <Trans>It starts by itself as soon as it can play.</Trans>
        </p>
        <div className={clsx(classes.actions, classes.tools)}>
          <TellMe />
          {video.can_edit && video.state === 'waiting' && (
            <ButtonLink to="/upload">
              <Trans>Go to your uploads</Trans>
            </ButtonLink>
          )}
        </div>
      </div>
    </section>
  );
}
