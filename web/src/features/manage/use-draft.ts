import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeVideo, type VideoPatch } from '@/api/actions';
import { ApiError } from '@/api/api-error';
import type { Tagged } from '@/api/client';
import { keys, videoTextQuery } from '@/api/queries';
import type { Video } from '@/api/types';
import { say } from '@/lib/toast';
import { type Fields, fieldsOf, isChanged, patchBetween, rebase } from './draft';

/** The form of a video: what is typed, what the server has, and how one becomes the other. */
export type Draft = ReturnType<typeof useDraft>;

type Saved = { fields: Fields; tag: string | null };

const savedOf = ({ data, tag }: Tagged<Video>): Saved => ({ fields: fieldsOf(data), tag });

/** Keeps a draft of a video's text. Saving is explicit, can be undone, and never overwrites what somebody else saved meanwhile. */
export function useDraft(id: string, opened: Tagged<Video>) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [saved, setSaved] = useState(() => savedOf(opened));
  const [fields, setFields] = useState(saved.fields);
  const [newer, setNewer] = useState<Saved | null>(null);

  const take = (answer: Tagged<Video>) => {
    const now = savedOf(answer);
    setSaved(now);
    setFields(now.fields);
    setNewer(null);
    cache.setQueryData(keys.video(id), answer.data);
    void cache.invalidateQueries({ queryKey: keys.lists });
  };
  const change = useMutation({
    mutationFn: ({ patch, tag }: { patch: VideoPatch; tag: string | null }) => changeVideo(id, patch, tag),
    onError: async (error) => {
      if (isConflict(error)) setNewer(savedOf(await cache.fetchQuery({ ...videoTextQuery(id), staleTime: 0 })));
    },
  });
  const save = () => {
    const before = saved.fields;
    change.mutate(
      { patch: patchBetween(before, fields), tag: saved.tag },
      {
        onSuccess: (answer) => {
          take(answer);
          const back = patchBetween(fieldsOf(answer.data), before);
          const undo = () => change.mutate({ patch: back, tag: answer.tag }, { onSuccess: take });
          say(t`Saved.`, { action: { verb: t`Undo`, act: undo } });
        },
      },
    );
  };

  return {
    fields,
    changed: isChanged(saved.fields, fields),
    busy: change.isPending,
    error: isConflict(change.error) ? null : change.error,
    /** What somebody else saved meanwhile. */
    newer: newer?.fields ?? null,
    set: (part: Partial<Fields>) => setFields((now) => ({ ...now, ...part })),
    discard: () => {
      setFields(saved.fields);
      change.reset();
    },
    save,
    /** Takes the newer text and drops what was typed. */
    takeNewer: () => {
      if (!newer) return;
      setSaved(newer);
      setFields(newer.fields);
      setNewer(null);
      change.reset();
    },
    /** Keeps what was typed, to be saved over the newer text. */
    keepMine: () => {
      if (!newer) return;
      setFields(rebase(saved.fields, fields, newer.fields));
      setSaved(newer);
      setNewer(null);
      change.reset();
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}
