import { useLingui } from '@lingui/react/macro';
import { ApiError } from '@/api/api-error';
import classes from './form.module.css';

/** Says in a sentence why a form was refused. */
export function FormError({ error }: { error: unknown }) {
  const { t } = useLingui();
  const sentence = () => {
    if (!(error instanceof ApiError)) return t`Something went wrong. Try again.`;
    if (error.status === 0) return t`The server cannot be reached. Check your connection and try again.`;
    if (error.code === 'invalid_credentials') return t`This email and password do not belong together.`;
    if (error.status === 429) return t`Too many attempts. Wait a minute and try again.`;
    return error.message;
  };
  return (
    <p role="alert" className={classes.error}>
      {sentence()}
    </p>
  );
}
