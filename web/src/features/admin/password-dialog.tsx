import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { setPassword } from '@/api/admin-actions';
import { ApiError, reasonOf } from '@/api/api-error';
import type { User } from '@/api/types';
import { say } from '@/lib/toast';
import { TextField } from '@/ui/field';
import { FormDialog } from './form-dialog';

const MIN_PASSWORD_LENGTH = 12;

/** Gives a person a new password and ends their sessions. */
export function PasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useLingui();
  const { id, name } = user;
  const set = useMutation({
    mutationFn: (password: string) => setPassword(id, password),
    onSuccess: () => {
      say(t`${name} has a new password.`);
      onClose();
    },
  });
  const wrong = set.error instanceof ApiError ? set.error.fields : new Map<string, string>();
  return (
    <FormDialog
      title={<Trans>New password for {name}</Trans>}
      verb={<Trans>Set the password</Trans>}
      busy={set.isPending}
      problem={set.error && wrong.size === 0 ? reasonOf(set.error, t`The server cannot be reached. Try again.`) : null}
      onClose={onClose}
      onSubmit={(form) => set.mutate(String(form.get('password')))}
    >
      <TextField
        name="password"
        type="password"
        label={t`New password`}
        hint={t`At least ${MIN_PASSWORD_LENGTH} characters. All sessions of this person end.`}
        required
        minLength={MIN_PASSWORD_LENGTH}
        autoComplete="new-password"
        error={wrong.get('password')}
      />
    </FormDialog>
  );
}
