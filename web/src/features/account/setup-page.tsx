import './inputs.css';
import { Trans, useLingui } from '@lingui/react/macro';
import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { setUp } from '@/api/actions';
import { ApiError } from '@/api/api-error';
import { instanceQuery } from '@/api/queries';
import { usePageTitle } from '@/lib/use-page-title';
import { Button, ButtonLink } from '@/ui/button';
import { LogoMark } from '@/ui/logo';
import { Notice } from '@/ui/notice';
import classes from './form.module.css';
import { FormError } from './form-error';
import { useEnter } from './use-enter';

const MIN_PASSWORD_LENGTH = 12;
const route = getRouteApi('/setup');

/** Creates the first administrator of a new server. */
export default function SetupPage() {
  const { t } = useLingui();
  const { token } = route.useSearch();
  const instance = useQuery(instanceQuery);
  usePageTitle(t`Set up`);
  if (instance.data && !instance.data.setup_required) return <AlreadySetUp />;
  if (!token) return <NoToken />;
  return (
    <div className={classes.page}>
      <h1>
        <Trans>Welcome to Matinee</Trans>
      </h1>
      <p className={classes.lead}>
        <Trans>Create the first administrator. You can change all of this later.</Trans>
      </p>
      <SetupForm token={token} />
    </div>
  );
}

function SetupForm({ token }: { token: string }) {
  const { t } = useLingui();
  const enter = useEnter();
  const [password, setPassword] = useState('');
  const [tooShort, setTooShort] = useState(false);
  const attempt = useMutation({ mutationFn: setUp, onSuccess: enter });
  const refused = attempt.error instanceof ApiError ? attempt.error.fields : new Map<string, string>();

  const submit = (form: FormData) => {
    const short = [...password].length < MIN_PASSWORD_LENGTH;
    setTooShort(short);
    if (short) return;
    attempt.mutate({
      token,
      name: String(form.get('name')).trim(),
      email: String(form.get('email')).trim(),
      password,
    });
  };
  return (
    <form
      className={classes.card}
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
      }}
    >
      <TextInput
        name="name"
        label={t`Your name`}
        autoComplete="name"
        required
        autoFocus
        withAsterisk={false}
        error={refused.get('name')}
      />
      <TextInput
        name="email"
        type="email"
        label={t`Email`}
        autoComplete="username"
        required
        withAsterisk={false}
        error={refused.get('email')}
      />
      <PasswordInput
        name="password"
        label={t`Password`}
        description={t`At least ${MIN_PASSWORD_LENGTH} characters. A few words are easier to remember than signs.`}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={tooShort ? t`Use at least ${MIN_PASSWORD_LENGTH} characters.` : refused.get('password')}
        visibilityToggleButtonProps={{ 'aria-label': t`Show the password` }}
      />
      {attempt.isError && refused.size === 0 && <FormError error={attempt.error} />}
      <Button type="submit" look="primary" disabled={attempt.isPending}>
        <Trans>Create the administrator</Trans>
      </Button>
    </form>
  );
}

function NoToken() {
  return (
    <Notice icon={<LogoMark size={48} />} title={<Trans>This link is not complete</Trans>}>
      <Trans>Open the whole setup link that Matinee printed when it started.</Trans>
    </Notice>
  );
}

function AlreadySetUp() {
  return (
    <Notice
      icon={<LogoMark size={48} />}
      title={<Trans>This server is set up already</Trans>}
      actions={
        <ButtonLink to="/sign-in" look="primary">
          <Trans>Sign in</Trans>
        </ButtonLink>
      }
    >
      <Trans>Its administrator can sign in and invite others.</Trans>
    </Notice>
  );
}
