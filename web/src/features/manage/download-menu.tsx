import { Trans, useLingui } from '@lingui/react/macro';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { type FocusEvent, type KeyboardEvent, useRef } from 'react';
import { encodingQuery, isWatchable } from '@/api/queries';
import type { PlanRung, Video } from '@/api/types';
import { sizeName } from '@/lib/describe';
import { bytes } from '@/lib/format';
import buttonClasses from '@/ui/button.module.css';
import classes from './download-menu.module.css';

/** The original as it came, and each size that is complete as one MP4 file. */
export function DownloadMenu({ video }: { video: Video }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const { data } = useQuery(encodingQuery(video.id));
  if (video.size_bytes === null) return null;
  const sizes = data?.plan ? completeSizes(video, data.plan.rungs) : [];
  const close = () => {
    if (menu.current) menu.current.open = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !menu.current?.open) return;
    close();
    menu.current.querySelector('summary')?.focus();
  };
  const onBlur = (event: FocusEvent) => {
    if (event.relatedTarget && !menu.current?.contains(event.relatedTarget)) close();
  };
  return (
    <details ref={menu} className={classes.menu} onKeyDown={onKeyDown} onBlur={onBlur}>
      <summary className={clsx(buttonClasses.button, buttonClasses.quiet)}>
        <IconDownload size={18} aria-hidden />
        <Trans>Download</Trans>
        <IconChevronDown size={16} aria-hidden />
      </summary>
      <ul className={classes.list}>
        <li>
          <a href={`/api/v1/videos/${video.id}/source`} download onClick={close}>
            <Trans>Original</Trans>
            <small>{bytes(video.size_bytes)}</small>
          </a>
        </li>
        {sizes.map((size) => (
          <li key={size.id}>
            <SizeLink videoId={video.id} size={size} onClick={close} />
          </li>
        ))}
      </ul>
    </details>
  );
}

type SizeLinkProps = { videoId: string; size: PlanRung; onClick: () => void };

function SizeLink({ videoId, size: { id, width, height, bytes: size }, onClick }: SizeLinkProps) {
  const { t } = useLingui();
  const name = sizeName(width, height);
  return (
    <a href={`/api/v1/videos/${videoId}/download?rung=${id}`} download onClick={onClick}>
      {t`${name} as MP4`}
      {size > 0 && <small>{bytes(size)}</small>}
    </a>
  );
}

/** The sizes that are complete, the largest first. */
function completeSizes(video: Video, rungs: readonly PlanRung[]): PlanRung[] {
  if (!isWatchable(video)) return [];
  const complete = rungs.filter(({ bytes: size }) => video.state === 'ready' || size > 0);
  return complete.sort((a, b) => b.height - a.height);
}
