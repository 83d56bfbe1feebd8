package database_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newUser(email string, role access.Role) account.User {
	return account.User{ID: ids.New[ids.UserID](), Email: email, Name: "Somebody", Role: role, CreatedAt: noon}
}

func createUser(t *testing.T, s *database.Account, email string, role access.Role) account.User {
	t.Helper()
	u := newUser(email, role)
	if err := s.CreateUser(t.Context(), u, "hash of "+account.Secret(email)); err != nil {
		t.Fatal(err)
	}
	return u
}

func newSession(u account.User, secret account.Secret) account.Session {
	return account.Session{
		ID: ids.New[ids.SessionID](), User: u.ID, Kind: account.ClientSession, Address: "192.0.2.1", UserAgent: "a test",
		CreatedAt: noon, UsedAt: noon, ExpiresAt: noon.Add(time.Hour), Secret: account.HashOf(secret),
	}
}

func createSession(t *testing.T, s *database.Account, u account.User, secret account.Secret) account.Session {
	t.Helper()
	session := newSession(u, secret)
	if err := s.CreateSession(t.Context(), session, u.Epoch, 50); err != nil {
		t.Fatal(err)
	}
	return session
}

func wantKind(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind || errs.CodeOf(err) != code {
		t.Errorf("got %v (%s, %s), want %s, %s", err, errs.KindOf(err), errs.CodeOf(err), kind, code)
	}
}

func TestUsersAreKept(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		if got, err := s.User(t.Context(), ada.ID); err != nil || got != ada {
			t.Errorf("by id %+v, %v", got, err)
		}
		if got, hash, err := s.UserByEmail(t.Context(), ada.Email); err != nil || got != ada || string(hash) != "hash of ada@example.org" {
			t.Errorf("by address %+v, %v", got, err)
		}
		wantKind(t, s.CreateUser(t.Context(), newUser(ada.Email, access.Reader), "x"), errs.Conflict, "email_taken")
		_, err := s.User(t.Context(), ids.New[ids.UserID]())
		wantKind(t, err, errs.NotFound, "not_found")
		_, _, err = s.UserByEmail(t.Context(), "nobody@example.org")
		wantKind(t, err, errs.NotFound, "not_found")
		_, err = s.UpdateUser(t.Context(), ids.New[ids.UserID](), account.UserPatch{})
		wantKind(t, err, errs.NotFound, "not_found")
		wantKind(t, s.SetPassword(t.Context(), ids.New[ids.UserID](), "x"), errs.NotFound, "not_found")
	})
}

func TestAPasswordHashIsReplacedOnlyWhereItStands(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		for _, step := range []struct{ old, replacement, want account.Secret }{
			{"something else", "new", "hash of ada@example.org"}, {"hash of ada@example.org", "new", "new"},
		} {
			if err := s.ReplacePasswordHash(t.Context(), ada.ID, step.old, step.replacement); err != nil {
				t.Fatal(err)
			}
			if _, hash, err := s.UserByEmail(t.Context(), ada.Email); err != nil || string(hash) != string(step.want) {
				t.Errorf("after %q the hash is %q, %v", string(step.old), string(hash), err)
			}
		}
	})
}

func TestSessionsAreKept(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		eve := createUser(t, s, "eve@example.org", access.Uploader)
		session := createSession(t, s, ada, "secret")
		for name, find := range map[string]func() (account.Session, account.User, error){
			"by id":     func() (account.Session, account.User, error) { return s.Session(t.Context(), session.ID) },
			"by secret": func() (account.Session, account.User, error) { return s.SessionBySecret(t.Context(), session.Secret) },
		} {
			if got, user, err := find(); err != nil || got != session || user != ada {
				t.Errorf("%s: %+v of %+v, %v", name, got, user, err)
			}
		}
		if got, err := s.Sessions(t.Context(), ada.ID, noon); err != nil || !slices.Equal(got, []account.Session{session}) {
			t.Errorf("ada's sessions %+v, %v", got, err)
		}
		if got, err := s.Sessions(t.Context(), ada.ID, session.ExpiresAt); err != nil || len(got) != 0 {
			t.Errorf("expired sessions %+v, %v", got, err)
		}
		wantKind(t, s.EndSession(t.Context(), eve.ID, session.ID), errs.NotFound, "not_found")
		if err := s.EndSession(t.Context(), ada.ID, session.ID); err != nil {
			t.Error(err)
		}
		_, _, err := s.SessionBySecret(t.Context(), session.Secret)
		wantKind(t, err, errs.NotFound, "not_found")
	})
}

func TestAnExpiredSessionIsRemoved(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		session := createSession(t, s, ada, "secret")
		if err := s.TouchSession(t.Context(), session.ID, noon.Add(time.Minute), noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			at   time.Time
			want int64
		}{{noon.Add(time.Hour), 0}, {noon.Add(2 * time.Hour), 1}} {
			if n, err := s.EndExpiredSessions(t.Context(), step.at); err != nil || n != step.want {
				t.Errorf("at %s %d sessions ended, %v", step.at, n, err)
			}
		}
	})
}

func TestASignInBeyondTheBoundEndsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		var made []account.Session
		for i := range 4 {
			session := newSession(ada, account.Secret(fmt.Sprint(i)))
			session.UsedAt = noon.Add(time.Duration(i) * time.Minute)
			if err := s.CreateSession(t.Context(), session, ada.Epoch, 2); err != nil {
				t.Fatal(err)
			}
			made = append(made, session)
		}
		got, err := s.Sessions(t.Context(), ada.ID, noon)
		if err != nil || !slices.Equal(got, []account.Session{made[3], made[2]}) {
			t.Errorf("left are %+v, %v", got, err)
		}
	})
}

func TestASignInThatASuspensionOvertookIsRefused(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		yes, no := true, false
		for _, suspended := range []*bool{&yes, &no} {
			if _, err := s.UpdateUser(t.Context(), ada.ID, account.UserPatch{Suspended: suspended}); err != nil {
				t.Fatal(err)
			}
			wantKind(t, s.CreateSession(t.Context(), newSession(ada, "secret"), ada.Epoch, 50), errs.NotFound, "not_found")
		}
	})
}

func TestASignInDuringANewPasswordIsRefusedOrEnded(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		for round := range 5 {
			u := createUser(t, s, fmt.Sprintf("user%d@example.org", round), access.Uploader)
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() {
					err := s.CreateSession(t.Context(), newSession(u, account.Secret(fmt.Sprint(round, i))), u.Epoch, 50)
					if err != nil && !errs.Is(err, errs.NotFound) {
						t.Error(err)
					}
				})
			}
			wg.Go(func() {
				if err := s.SetPassword(t.Context(), u.ID, "new"); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			if left, err := s.Sessions(t.Context(), u.ID, noon); err != nil || len(left) != 0 {
				t.Errorf("%d sessions outlive the password, %v", len(left), err)
			}
		}
	})
}

func TestARefreshTokenRotatesOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		ada := createUser(t, s, "ada@example.org", access.Uploader)
		session := createSession(t, s, ada, "first")
		rotation := account.Rotation{
			Session: session.ID, From: session.Secret, To: account.HashOf("second"), At: noon.Add(time.Minute), ExpiresAt: noon.Add(3 * time.Hour),
		}
		if won := countOf(t, 6, func(int) (bool, error) { return s.RotateSession(t.Context(), rotation) }); won != 1 {
			t.Errorf("%d rotations of 6 at once", won)
		}
		got, _, err := s.Session(t.Context(), session.ID)
		if err != nil || got.Secret != rotation.To || got.Previous != rotation.From || !got.RotatedAt.Equal(rotation.At) ||
			!got.UsedAt.Equal(rotation.At) || !got.ExpiresAt.Equal(rotation.ExpiresAt) {
			t.Errorf("after the rotation %+v, %v", got, err)
		}
	})
}

func TestOfSeveralFirstAdministratorsOneIsCreated(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		if exists, err := s.HasAdministrator(t.Context()); exists || err != nil {
			t.Fatalf("an empty database has an administrator: %v, %v", exists, err)
		}
		won := countOf(t, 8, func(i int) (bool, error) {
			err := s.CreateFirstAdministrator(t.Context(), newUser(fmt.Sprintf("root%d@example.org", i), access.Admin), "hash")
			if errs.CodeOf(err) == "already_set_up" {
				return false, nil
			}
			return err == nil, err
		})
		if exists, err := s.HasAdministrator(t.Context()); won != 1 || !exists || err != nil {
			t.Errorf("%d were created; there is one: %v, %v", won, exists, err)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		root := createUser(t, s, "root@example.org", access.Admin)
		yes, role, name := true, access.Uploader, "Root"
		for _, p := range []account.UserPatch{{Role: &role}, {Suspended: &yes}} {
			_, err := s.UpdateUser(t.Context(), root.ID, p)
			wantKind(t, err, errs.Conflict, "last_administrator")
		}
		if got, err := s.UpdateUser(t.Context(), root.ID, account.UserPatch{Name: &name}); err != nil || got.Name != name || got.Role != access.Admin {
			t.Errorf("the name: %+v, %v", got, err)
		}
		createUser(t, s, "second@example.org", access.Admin)
		if got, err := s.UpdateUser(t.Context(), root.ID, account.UserPatch{Suspended: &yes}); err != nil || !got.Suspended || got.Epoch != 1 {
			t.Errorf("the suspension: %+v, %v", got, err)
		}
	})
}

func TestAdministratorsWhoLeaveAtOnceLeaveOneBehind(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewAccount(db)
		var admins []account.User
		for i := range 4 {
			admins = append(admins, createUser(t, s, fmt.Sprintf("root%d@example.org", i), access.Admin))
		}
		yes, role := true, access.Reader
		left := countOf(t, len(admins), func(i int) (bool, error) {
			p := account.UserPatch{Role: &role}
			if i%2 == 0 {
				p = account.UserPatch{Suspended: &yes}
			}
			_, err := s.UpdateUser(t.Context(), admins[i].ID, p)
			if errs.CodeOf(err) == "last_administrator" {
				return false, nil
			}
			return err == nil, err
		})
		if left != len(admins)-1 {
			t.Errorf("%d of %d administrators left", left, len(admins))
		}
	})
}

// countOf runs n calls at once and returns how many succeeded.
func countOf(t *testing.T, n int, call func(i int) (bool, error)) int {
	t.Helper()
	var (
		wg   sync.WaitGroup
		wins atomic.Int32
	)
	for i := range n {
		wg.Go(func() {
			ok, err := call(i)
			if err != nil {
				t.Error(err)
			}
			if ok {
				wins.Add(1)
			}
		})
	}
	wg.Wait()
	return int(wins.Load())
}
