import { t } from '@lingui/core/macro';
import { type QueryClient, QueryObserver } from '@tanstack/react-query';
import { isNotFound } from '@/api/api-error';
import { isWatchable, videoQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { activity } from './activity';
import { awaited, stopAwaiting } from './awaited';
import { percent } from './format';
import { notify } from './notify';
import { tabTitle } from './tab-title';

type Ready = {
  /** Leads to the page of a video. */
  open: (id: string) => void;
  /** Says it on the page, to whoever looks at it. */
  say: (video: Video, text: string) => void;
};

/**
 * Tells the person what became of the videos that they wait for: in the title of the tab while it is hidden, by a
 * notification where that is wanted, else on the page. Shows in the title how far files are on their way.
 */
export function tellWhenReady(cache: QueryClient, ready: Ready): void {
  const observers = new Map<string, () => void>();
  const follow = () => {
    for (const [id, stop] of observers) {
      if (awaited.get().includes(id)) continue;
      stop();
      observers.delete(id);
    }
    for (const id of awaited.get()) {
      if (!observers.has(id)) observers.set(id, observe(cache, id, ready));
    }
  };
  awaited.subscribe(follow);
  activity.subscribe(() => {
    const { files, share } = activity.get();
    tabTitle.mark(files > 0 ? `(${percent(share)})` : '');
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) tabTitle.tell('');
  });
}

function observe(cache: QueryClient, id: string, ready: Ready): () => void {
  // A hidden tab asks too: that is where it matters.
  const options = { ...videoQuery(id), staleTime: 0, refetchIntervalInBackground: true };
  const observer = new QueryObserver(cache, options);
  return observer.subscribe(({ data, error }) => {
    if (isNotFound(error)) stopAwaiting(id);
    if (!data || !awaited.get().includes(id) || !isOver(data)) return;
    stopAwaiting(id);
    tell(data, ready);
  });
}

function isOver(video: Video): boolean {
  return isWatchable(video) || video.state === 'failed';
}

function tell(video: Video, { open, say }: Ready): void {
  const title = video.title || t`Untitled`;
  const good = isWatchable(video);
  const text = good ? t`“${title}” is ready to watch.` : t`“${title}” could not be made.`;
  if (document.hidden) tabTitle.tell(good ? `▶ ${t`Ready: ${title}`}` : `⚠ ${t`Failed: ${title}`}`);
  if (document.hidden || !document.hasFocus()) notify(text, video.id, () => open(video.id));
  if (!document.hidden) say(video, text);
}
