import { Trans, useLingui } from '@lingui/react/macro';
import { IconSettings, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { deleteVideo, updateVideo } from '@/api/actions';
import { ApiError } from '@/api/api-error';
import { forget } from '@/api/events';
import { keys } from '@/api/queries';
import type { Video, Visibility } from '@/api/types';
import { Button, ButtonLink } from '@/ui/button';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { VisibilitySelect } from '@/ui/visibility-select';
import classes from './owner-tools.module.css';

/** What only the owner can do: choose who may watch, and delete. */
export function OwnerTools({ video }: { video: Video }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: (visibility: Visibility) => updateVideo(video.id, { visibility }),
    onSuccess: (changed) => {
      cache.setQueryData(keys.video(video.id), changed);
      void cache.invalidateQueries({ queryKey: keys.lists });
    },
  });
  const label = t`Delete this video`;
  return (
    <>
      <ButtonLink to="/manage/$id" params={{ id: video.id }}>
        <IconSettings size={18} aria-hidden />
        <Trans>Manage</Trans>
      </ButtonLink>
      <Button aria-label={label} title={label} onClick={() => setAsking(true)}>
        <IconTrash size={18} aria-hidden />
        <Trans>Delete</Trans>
      </Button>
      <VisibilitySelect
        value={change.isPending ? change.variables : video.visibility}
        disabled={change.isPending}
        onChange={(visibility) => change.mutate(visibility)}
      />
      {change.isError && (
        <p role="alert" className={classes.error}>
          {reason(change.error, t`The change was not saved. Try again.`)}
        </p>
      )}
      {asking && <DeleteDialog video={video} onClose={() => setAsking(false)} />}
    </>
  );
}

function DeleteDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => deleteVideo(video.id),
    onSuccess: async () => {
      await navigate({ to: '/' });
      forget(cache, video.id);
    },
  });
  const title = video.title || t`Untitled`;
  return (
    <ConfirmDialog
      title={<Trans>Delete “{title}”?</Trans>}
      verb={<Trans>Delete</Trans>}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        <Trans>Nobody can watch it any more. It stays in the bin for 30 days.</Trans>
      </p>
      {remove.isError && (
        <p role="alert" className={classes.error}>
          {reason(remove.error, t`It was not deleted. Try again.`)}
        </p>
      )}
    </ConfirmDialog>
  );
}

function reason(error: unknown, otherwise: string): string {
  return error instanceof ApiError && error.status > 0 ? error.message : otherwise;
}
