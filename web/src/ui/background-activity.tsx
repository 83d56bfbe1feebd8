import { Plural } from '@lingui/react/macro';
import { IconUpload } from '@tabler/icons-react';
import { activity, useWatched } from '@/lib/activity';
import { percent } from '@/lib/format';
import classes from './background-activity.module.css';
import { ButtonLink } from './button';

/** Says in the header that files are still on their way, and leads back to them. */
export function BackgroundActivity() {
  const { files, share } = useWatched(activity);
  if (files === 0) return null;
  const done = percent(share);
  return (
    <ButtonLink to="/upload" className={classes.activity}>
      <IconUpload size={16} aria-hidden />
      <Plural value={files} one={`# file, ${done}`} other={`# files, ${done}`} />
    </ButtonLink>
  );
}
