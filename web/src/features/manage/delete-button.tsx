import { Trans, useLingui } from '@lingui/react/macro';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { deleteVideo, restoreVideo } from '@/api/actions';
import { reasonOf } from '@/api/api-error';
import { forget } from '@/api/events';
import { keys } from '@/api/queries';
import type { Video } from '@/api/types';
import { say } from '@/lib/toast';
import { Button } from '@/ui/button';
import { ConfirmDialog } from '@/ui/confirm-dialog';

/** Moves a video to the bin, after asking with its name; the way back is offered at once. */
export function DeleteButton({ video }: { video: Video }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const title = video.title || t`Untitled`;
  const undo = async () => {
    try {
      await restoreVideo(video.id);
      say(t`“${title}” is back.`);
    } catch (error) {
      say(reasonOf(error, t`It was not restored. Look into the bin.`), { bad: true });
    }
    void cache.invalidateQueries({ queryKey: keys.lists });
  };
  const remove = useMutation({
    mutationFn: () => deleteVideo(video.id),
    onSuccess: async () => {
      setAsking(false);
      await navigate({ to: '/library', ignoreBlocker: true });
      forget(cache, video.id);
      say(t`“${title}” is in the bin.`, { action: { verb: t`Undo`, act: () => void undo() } });
    },
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        <IconTrash size={18} aria-hidden />
        <Trans>Delete</Trans>
      </Button>
      {asking && (
        <ConfirmDialog
          title={<Trans>Delete “{title}”?</Trans>}
          verb={<Trans>Delete</Trans>}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            <Trans>Nobody can watch it any more. It stays in the bin for 30 days.</Trans>
          </p>
          {remove.isError && <p role="alert">{reasonOf(remove.error, t`It was not deleted. Try again.`)}</p>}
        </ConfirmDialog>
      )}
    </>
  );
}
