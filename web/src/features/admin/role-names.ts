import { t } from '@lingui/core/macro';
import type { Role } from '@/api/types';

/** The roles as people call them. */
export function roleNames(): Record<Role, string> {
  return { admin: t`Administrator`, uploader: t`Uploads and watches`, viewer: t`Watches` };
}
