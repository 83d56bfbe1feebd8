import { Trans, useLingui } from '@lingui/react/macro';
import { IconPhotoUp, IconRestore } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import clsx from 'clsx';
import { type RefObject, useRef, useState } from 'react';
import { reasonOf } from '@/api/api-error';
import { chooseAutomatically, chooseFrame, type Posters, posterQuery, sendPoster } from '@/api/posters';
import { isWatchable, keys } from '@/api/queries';
import type { Video } from '@/api/types';
import { clock } from '@/lib/format';
import { say } from '@/lib/toast';
import type { MatineePlayer } from '@/player';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { ErrorNotice } from '@/ui/notice';
import { secondsFromClock } from './clock-time';
import classes from './pictures-tab.module.css';

const ASK_EVERY_MS = 10_000;

type PicturesTabProps = { video: Video; player: RefObject<MatineePlayer | null> };

/** The picture that stands for a video in every list: one that was made, any frame, or an image. */
export function PicturesTab({ video, player }: PicturesTabProps) {
  // Events keep it fresh; this is the net below them while the pictures to choose from are still to come.
  const toCome = video.storyboard_url === null && video.width !== null;
  const posters = useQuery({
    ...posterQuery(video.id),
    enabled: isWatchable(video),
    refetchInterval: toCome ? ASK_EVERY_MS : false,
  });
  const choose = useChoice(video.id);
  if (!isWatchable(video)) {
    return (
      <p className={classes.soft}>
        <Trans>Its picture can be chosen once the video plays.</Trans>
      </p>
    );
  }
  if (posters.isError) return <ErrorNotice error={posters.error} onRetry={() => void posters.refetch()} />;
  return (
    <div className={classes.tab}>
      <Current video={video} posters={posters.data} choose={choose} />
      {choose.isError && (
        <p role="alert" className={classes.bad}>
          <ChoiceProblem error={choose.error} />
        </p>
      )}
      <Candidates posters={posters.data} hasPictures={video.width !== null} choose={choose} />

      {video.width !== null && <Frame video={video} player={player} choose={choose} />}
      <OwnImage choose={choose} />
    </div>
  );
}

type Choice = { seconds: number } | { image: File } | 'automatic';

/** Changes the picture of a video, and says so. */
function useChoice(id: string) {
  const { t } = useLingui();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (choice: Choice): Promise<unknown> => {
      if (choice === 'automatic') return chooseAutomatically(id);
      return 'image' in choice ? sendPoster(id, choice.image) : chooseFrame(id, choice.seconds);
    },
    onSuccess: () => say(t`The picture is changed.`),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.poster(id) });
      void cache.invalidateQueries({ queryKey: keys.video(id) });
      void cache.invalidateQueries({ queryKey: keys.lists });
    },
  });
}

type Choosing = { choose: ReturnType<typeof useChoice> };

function ChoiceProblem({ error }: { error: unknown }) {
  const { t } = useLingui();
  return reasonOf(error, t`The picture was not changed: the server cannot be reached. Try again.`);
}

function Current({ video, posters, choose }: { video: Video; posters?: Posters } & Choosing) {
  const { t } = useLingui();
  const url = posters?.current?.url ?? video.poster_url;
  const origin = posters?.current?.origin ?? 'automatic';
  const words: Record<string, string> = {
    automatic: t`Chosen by the server`,
    frame: t`A frame that was chosen`,
    upload: t`An image that was sent`,
  };
  return (
    <div className={classes.current}>
      {url ? <img src={url} alt="" /> : <span className={classes.blank} />}
      <div>
        <strong>
          <Trans>The picture now</Trans>
        </strong>
        <p className={classes.soft}>{words[origin] ?? ''}</p>
        {origin !== 'automatic' && (
          <Button disabled={choose.isPending} onClick={() => choose.mutate('automatic')}>
            <IconRestore size={18} aria-hidden />
            <Trans>Back to automatic</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}

type CandidatesProps = { posters?: Posters; hasPictures: boolean } & Choosing;

function Candidates({ posters, hasPictures, choose }: CandidatesProps) {
  const { t } = useLingui();
  if (!posters) return <div className={classes.waiting} aria-hidden />;
  if (posters.candidates.length === 0) {
    return (
      <p className={classes.soft}>
        {hasPictures ? (
          <Trans>Pictures to choose from come here soon after all sizes are ready.</Trans>
        ) : (
          <Trans>It has no pictures to choose from.</Trans>
        )}
      </p>
    );
  }
  const now = posters.current?.time_seconds ?? null;
  return (
    <section aria-labelledby="candidates">
      <h3 id="candidates">
        <Trans>Choose one of these</Trans>
      </h3>
      <ul className={classes.grid}>
        {posters.candidates.map(({ url, time_seconds }) => {
          const seconds = time_seconds ?? 0;
          const place = clock(seconds);
          return (
            <li key={url}>
              <button
                type="button"
                className={clsx(classes.candidate, now === time_seconds && classes.chosen)}
                aria-pressed={now === time_seconds}
                aria-label={t`The frame at ${place}`}
                disabled={choose.isPending}
                onClick={() => choose.mutate({ seconds })}
              >
                <img src={url} alt="" loading="lazy" />
                <span className={classes.chip}>{place}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Frame({ video, player, choose }: PicturesTabProps & Choosing) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const seconds = secondsFromClock(text);
  const last = video.duration_seconds ?? Number.POSITIVE_INFINITY;
  const wrong = text !== '' && (seconds === null || seconds > last);
  const takeTime = () => {
    const at = player.current?.stats.currentTime ?? 0;
    const tenths = Math.floor((at % 1) * 10);
    setText(`${clock(at)}${tenths > 0 ? `.${tenths}` : ''}`);
  };
  return (
    <form
      className={classes.frame}
      onSubmit={(event) => {
        event.preventDefault();
        if (seconds !== null && !wrong) choose.mutate({ seconds });
      }}
    >
      <TextField
        label={t`A frame of the video`}
        hint={t`A time such as 1:30, or where the player stands.`}
        error={wrong ? t`Write a time of this video, such as ${clock(Math.min(90, last / 2))}.` : undefined}
        inputMode="decimal"
        placeholder="0:00"
        autoComplete="off"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div className={classes.buttons}>
        <Button onClick={takeTime}>
          <Trans>Take the player’s time</Trans>
        </Button>
        <Button type="submit" look="primary" disabled={choose.isPending || seconds === null || wrong}>
          <Trans>Use this frame</Trans>
        </Button>
      </div>
    </form>
  );
}

function OwnImage({ choose }: Choosing) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={classes.buttons}>
      <Button disabled={choose.isPending} onClick={() => input.current?.click()}>
        <IconPhotoUp size={18} aria-hidden />
        <Trans>Send an image</Trans>
      </Button>
      <span className={classes.soft}>
        <Trans>JPEG, PNG or WebP, 16:9 looks best.</Trans>
      </span>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/jpeg,image/png,image/webp"
        aria-label={t`An image for this video`}
        onChange={({ currentTarget }) => {
          const image = currentTarget.files?.[0];
          if (image) choose.mutate({ image });
          currentTarget.value = ''; // so that the same file can be chosen again
        }}
      />
    </div>
  );
}
