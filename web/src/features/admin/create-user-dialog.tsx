import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createUser } from '@/api/admin-actions';
import { adminKeys } from '@/api/admin-queries';
import { ApiError, reasonOf } from '@/api/api-error';
import type { Role } from '@/api/types';
import { say } from '@/lib/toast';
import { SelectField, TextField } from '@/ui/field';
import { FormDialog } from './form-dialog';
import { roleNames } from './role-names';

const MIN_PASSWORD_LENGTH = 12;

/** Creates an account with a first password, to be handed over by the administrator. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const create = useMutation({
    mutationFn: createUser,
    onSuccess: ({ name }) => {
      say(t`${name} can sign in now.`);
      onClose();
      void cache.invalidateQueries({ queryKey: adminKeys.users });
    },
  });
  const wrong = create.error instanceof ApiError ? create.error.fields : new Map<string, string>();
  return (
    <FormDialog
      title={<Trans>Create a user</Trans>}
      verb={<Trans>Create</Trans>}
      busy={create.isPending}
      problem={
        create.error && wrong.size === 0 ? reasonOf(create.error, t`The server cannot be reached. Try again.`) : null
      }
      onClose={onClose}
      onSubmit={(form) =>
        create.mutate({
          name: String(form.get('name')).trim(),
          email: String(form.get('email')).trim(),
          password: String(form.get('password')),
          role: String(form.get('role')) as Role,
        })
      }
    >
      <TextField name="name" label={t`Name`} required maxLength={100} autoComplete="off" error={wrong.get('name')} />
      <TextField name="email" type="email" label={t`Email`} required autoComplete="off" error={wrong.get('email')} />
      <TextField
        name="password"
        type="password"
        label={t`First password`}
        hint={t`At least ${MIN_PASSWORD_LENGTH} characters. Hand it over by a way you trust.`}
        required
        minLength={MIN_PASSWORD_LENGTH}
        autoComplete="new-password"
        error={wrong.get('password')}
      />
      <SelectField name="role" label={t`Role`} defaultValue="uploader">
        {Object.entries(roleNames()).map(([role, label]) => (
          <option key={role} value={role}>
            {label}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
