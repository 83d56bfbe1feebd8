import { Trans, useLingui } from '@lingui/react/macro';
import { IconBadgeCc, IconVolume } from '@tabler/icons-react';
import type { Video } from '@/api/types';
import classes from './report.module.css';

type Track = Video['tracks'][number];

/** The sound and the subtitles that were found in the file. */
export function TracksTab({ video: { tracks, duration_seconds } }: { video: Video }) {
  if (tracks.length === 0) {
    return (
      <p className={classes.empty}>
        {duration_seconds === null ? (
          <Trans>The tracks are listed here once the file was looked at.</Trans>
        ) : (
          <Trans>The file has no further tracks: one sound, if any, and no subtitles.</Trans>
        )}
      </p>
    );
  }
  return (
    <ul className={classes.list}>
      {tracks.map((track) => (
        <TrackRow key={track.id} track={track} />
      ))}
    </ul>
  );
}

function TrackRow({ track: { kind, lang, label, role, default: isDefault } }: { track: Track }) {
  const { t, i18n } = useLingui();
  const language = languageName(lang, i18n.locale) ?? t`Unknown language`;
  return (
    <li className={classes.track}>
      {kind === 'audio' ? <IconVolume size={20} aria-hidden /> : <IconBadgeCc size={20} aria-hidden />}
      <div>
        <strong>{label || language}</strong>
        <p>
          {[kind === 'audio' ? t`Sound` : t`Subtitles`, language, roleName(role), isDefault ? t`chosen by default` : '']
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
    </li>
  );

  function roleName(name: string): string {
    const names: Record<string, string> = {
      dub: t`dubbed`,
      commentary: t`commentary`,
      description: t`describes the picture`,
      captions: t`for people who hear little`,
      forced: t`only what is foreign`,
    };
    return names[name] ?? '';
  }
}

function languageName(tag: string, locale: string): string | null {
  if (!tag || tag === 'und') return null;
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? null;
  } catch {
    return tag; // not a language tag: as the file says it
  }
}
