import { expect, test } from 'vitest';
import { ApiError, isNotFound } from './api-error';

test('says what the server said', () => {
  const error = new ApiError(422, {
    title: 'Unprocessable Entity',
    detail: 'The password is too short.',
    code: 'invalid',
    request_id: 'r1',
    errors: [{ location: 'body.password', message: 'At least 12 characters.' }],
  });
  expect(error.message).toBe('The password is too short.');
  expect(error.requestId).toBe('r1');
  expect(error.fields.get('password')).toBe('At least 12 characters.');
});

test('has words and a code also without an answer', () => {
  expect(new ApiError(0, {}).code).toBe('offline');
  expect(new ApiError(502, {}, 'from-header')).toMatchObject({ message: 'HTTP 502', requestId: 'from-header' });
});

test('knows what is missing', () => {
  expect(isNotFound(new ApiError(404, {}))).toBe(true);
  expect(isNotFound(new ApiError(403, {}))).toBe(false);
  expect(isNotFound(new Error('404'))).toBe(false);
});
