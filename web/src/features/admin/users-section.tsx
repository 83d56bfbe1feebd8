import { Trans, useLingui } from '@lingui/react/macro';
import { IconUserPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type UserPatch, updateUser } from '@/api/admin-actions';
import { adminKeys, usersQuery } from '@/api/admin-queries';
import { reasonOf } from '@/api/api-error';
import { meQuery } from '@/api/queries';
import type { Role, User } from '@/api/types';
import { exactTime } from '@/lib/format';
import { say } from '@/lib/toast';
import { usePageTitle } from '@/lib/use-page-title';
import { Button } from '@/ui/button';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { SelectField, TextField } from '@/ui/field';
import { ErrorNotice, Notice } from '@/ui/notice';
import { TableSkeleton } from '@/ui/table-skeleton';
import classes from './admin-page.module.css';
import { CreateUserDialog } from './create-user-dialog';
import { MoreButton } from './more-button';
import { PasswordDialog } from './password-dialog';
import { roleNames } from './role-names';

/** The people of this server. */
export function UsersSection() {
  const { t } = useLingui();
  const [creating, setCreating] = useState(false);
  const [email, setEmail] = useState('');
  usePageTitle(t`Users`);
  return (
    <>
      <div className={classes.head}>
        <h1>
          <Trans>Users</Trans>
        </h1>
        <Button look="primary" onClick={() => setCreating(true)}>
          <IconUserPlus size={18} aria-hidden />
          <Trans>Create a user</Trans>
        </Button>
      </div>
      <div className={classes.filters}>
        <TextField
          type="search"
          label={t`Find by email`}
          hint={t`The whole address.`}
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        />
      </div>
      <UserTable email={email.trim().includes('@') ? email.trim() : ''} />
      {creating && <CreateUserDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function UserTable({ email }: { email: string }) {
  const { t } = useLingui();
  const list = useInfiniteQuery(usersQuery(email));
  if (list.isPending) return <TableSkeleton />;
  if (list.isError && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  const users = list.data.pages.flatMap((page) => page.items);
  if (users.length === 0) return <Notice title={<Trans>Nobody has this address</Trans>} />;
  return (
    <>
      <table className={classes.table} aria-label={t`Users`}>
        <thead>
          <tr>
            <th scope="col">{t`Name`}</th>
            <th scope="col">{t`Role`}</th>
            <th scope="col">{t`Since`}</th>
            <th scope="col">{t`Actions`}</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </tbody>
      </table>
      <MoreButton list={list} />
    </>
  );
}

function UserRow({ user }: { user: User }) {
  const { t, i18n } = useLingui();
  const me = useQuery(meQuery);
  const cache = useQueryClient();
  const [asking, setAsking] = useState<'suspend' | 'password' | null>(null);
  const { id, name, suspended } = user;
  const isMe = me.data?.id === id;
  const change = useMutation({
    mutationFn: (patch: UserPatch) => updateUser(id, patch),
    onSuccess: (now) => {
      setAsking(null);
      say(
        now.suspended === suspended
          ? t`Saved.`
          : now.suspended
            ? t`${name} is suspended.`
            : t`${name} may sign in again.`,
      );
    },
    onError: (error) => say(reasonOf(error, t`It was not saved. Try again.`), { bad: true }),
    onSettled: () => cache.invalidateQueries({ queryKey: adminKeys.users }),
  });
  return (
    <tr>
      <th scope="row">
        {name} {suspended && <Badge>{t`suspended`}</Badge>}
        <small>{user.email}</small>
      </th>
      <td data-label={t`Role`}>
        <RoleSelect user={user} disabled={isMe || change.isPending} onChange={(role) => change.mutate({ role })} />
      </td>
      <td data-label={t`Since`}>{exactTime(user.created_at, i18n.locale)}</td>
      <td>
        <div className={classes.buttons}>
          <Button aria-label={t`Reset password of ${name}`} onClick={() => setAsking('password')}>
            <Trans>Reset password</Trans>
          </Button>
          {!isMe && !suspended && (
            <Button look="danger" aria-label={t`Suspend ${name}`} onClick={() => setAsking('suspend')}>
              <Trans>Suspend</Trans>
            </Button>
          )}
          {suspended && (
            <Button aria-label={t`Let in again: ${name}`} onClick={() => change.mutate({ suspended: false })}>
              <Trans>Let in again</Trans>
            </Button>
          )}
        </div>
        {asking === 'suspend' && (
          <ConfirmDialog
            title={<Trans>Suspend {name}?</Trans>}
            verb={<Trans>Suspend</Trans>}
            busy={change.isPending}
            onConfirm={() => change.mutate({ suspended: true })}
            onClose={() => setAsking(null)}
          >
            <Trans>All sessions of this person end at once. The videos stay.</Trans>
          </ConfirmDialog>
        )}
        {asking === 'password' && <PasswordDialog user={user} onClose={() => setAsking(null)} />}
      </td>
    </tr>
  );
}

function Badge({ children }: { children: ReactNode }) {
  return <small className={classes.bad}>{children}</small>;
}

function RoleSelect({ user, disabled, onChange }: { user: User; disabled: boolean; onChange: (role: Role) => void }) {
  const { t } = useLingui();
  return (
    <SelectField
      label={<span hidden>{t`Role of ${user.name}`}</span>}
      aria-label={t`Role of ${user.name}`}
      value={user.role}
      disabled={disabled}
      onChange={({ currentTarget }) => onChange(currentTarget.value as Role)}
    >
      {Object.entries(roleNames()).map(([role, label]) => (
        <option key={role} value={role}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}
