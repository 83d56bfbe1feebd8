package database_test

import (
	"sync"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// uploads is a store with one video that waits, and a grant for it.
type uploads struct {
	*database.Uploads

	db    *database.DB
	video ids.VideoID
	owner ids.UserID
	grant upload.StoredGrant
	now   time.Time
}

func newUploads(t *testing.T, db *database.DB) *uploads {
	t.Helper()
	u := &uploads{
		Uploads: database.NewUploads(db), db: db, video: ids.New[ids.VideoID](), owner: ids.New[ids.UserID](),
		now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
	}
	err := database.NewLibrary(db).CreateVideo(t.Context(), library.Video{
		ID: u.video, Owner: library.Owner{ID: u.owner}, Title: "t", Visibility: access.Private, State: library.Waiting, CreatedAt: u.now, UpdatedAt: u.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	u.grant = upload.StoredGrant{
		Hash: "hash of " + string(u.video), Video: u.video, CreatedBy: u.owner, MaxBytes: 1000, CORSOrigin: "https://a.example",
		ExpiresAt: u.now.Add(time.Hour), CreatedAt: u.now,
	}
	if err := u.AddGrant(t.Context(), u.grant); err != nil {
		t.Fatal(err)
	}
	return u
}

// fresh returns an upload of the video that is not kept yet.
func (u *uploads) fresh(grant string) upload.Upload {
	return upload.Upload{
		ID: ids.New[ids.UploadID](), Video: u.video, Version: ids.New[ids.VersionID](), GrantHash: grant, CreatedBy: u.owner,
		Protocol: upload.Tus, Length: 100, FileName: "a.mp4", FileType: "video/mp4", Metadata: map[string]string{"title": "A\u0000 „t“"},
		ExpiresAt: u.now.Add(24 * time.Hour), CreatedAt: u.now, UpdatedAt: u.now,
	}
}

func (u *uploads) add(t *testing.T, grant string) upload.Upload {
	t.Helper()
	up := u.fresh(grant)
	if err := u.AddUpload(t.Context(), up); err != nil {
		t.Fatal(err)
	}
	return up
}

func (u *uploads) state(t *testing.T) library.State {
	t.Helper()
	v, err := database.NewLibrary(u.db).Video(t.Context(), u.video)
	if err != nil {
		t.Fatal(err)
	}
	return v.State
}

// finish does what the pipeline does with a whole source.
func (u *uploads) finish(t *testing.T, up upload.Upload) {
	t.Helper()
	f := upload.Finished{Upload: up.ID, Video: up.Video, Version: up.Version, SizeBytes: up.Length}
	if err := database.NewPipeline(u.db).FinishUpload(t.Context(), f, pipeline.ProbeTask(), u.now); err != nil {
		t.Fatal(err)
	}
}

func TestUploadsAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		if got, err := u.GrantByHash(t.Context(), u.grant.Hash); err != nil || got != u.grant {
			t.Errorf("grant %+v, %v", got, err)
		}
		want := u.fresh(u.grant.Hash)
		want.Length = upload.Unknown
		if err := u.AddUpload(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		got, err := u.Upload(t.Context(), want.ID)
		if err != nil || got.Metadata["title"] != want.Metadata["title"] {
			t.Fatalf("upload %+v, %v", got, err)
		}
		got.Metadata, want.Metadata = nil, nil
		if !sameUpload(got, want) {
			t.Errorf("upload\n%+v, want\n%+v", got, want)
		}
		facts, err := u.VideoFacts(t.Context(), u.video)
		if err != nil || facts.Owner != u.owner || facts.Visibility != access.Private || facts.Watchable {
			t.Errorf("facts %+v, %v", facts, err)
		}
	})
}

func sameUpload(a, b upload.Upload) bool {
	return a.ID == b.ID && a.Video == b.Video && a.Version == b.Version && a.GrantHash == b.GrantHash && a.CreatedBy == b.CreatedBy &&
		a.Protocol == b.Protocol && a.Length == b.Length && a.Received == b.Received && a.FileName == b.FileName && a.FileType == b.FileType &&
		a.ExpiresAt.Equal(b.ExpiresAt) && a.CompletedAt.Equal(b.CompletedAt) && a.CreatedAt.Equal(b.CreatedAt) && a.UpdatedAt.Equal(b.UpdatedAt)
}

func TestWhatIsMissingIsNotFound(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		_, errGrant := u.GrantByHash(t.Context(), "none")
		_, errUpload := u.Upload(t.Context(), ids.New[ids.UploadID]())
		_, errActive := u.ActiveUpload(t.Context(), u.video)
		_, errFacts := u.VideoFacts(t.Context(), ids.New[ids.VideoID]())
		errOffset := u.SaveOffset(t.Context(), ids.New[ids.UploadID](), 1, u.now)
		errLength := u.SetLength(t.Context(), ids.New[ids.UploadID](), 1, 1, u.now)
		for i, err := range []error{errGrant, errUpload, errActive, errFacts, errOffset, errLength} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if removed, err := u.RemoveUpload(t.Context(), ids.New[ids.UploadID](), true, u.now); err != nil || removed.Upload || removed.Video {
			t.Errorf("RemoveUpload = %v, %v", removed, err)
		}
	})
}

func TestOfManyUploadsToOneVideoAtOnceOneBegins(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		const callers = 12
		var (
			wg     sync.WaitGroup
			errors [callers]error
		)
		for i := range callers {
			grant := ""
			if i%2 == 0 {
				grant = u.grant.Hash
			}
			wg.Go(func() { errors[i] = u.AddUpload(t.Context(), u.fresh(grant)) })
		}
		wg.Wait()
		begun := 0
		for _, err := range errors {
			if err == nil {
				begun++
			} else if !errs.Is(err, errs.Conflict) || errs.CodeOf(err) != "upload_in_progress" {
				t.Error(err)
			}
		}
		if list, err := u.Unfinished(t.Context()); err != nil || begun != 1 || len(list) != 1 {
			t.Errorf("%d uploads began, %d are kept, %v", begun, len(list), err)
		}
	})
}

func TestAGrantIsSpentOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		up := u.add(t, u.grant.Hash)
		// While the grant is being spent others try to use it: nobody may wait for ever, nobody may get in.
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				err := u.AddUpload(t.Context(), u.fresh(u.grant.Hash))
				if code := errs.CodeOf(err); code != "upload_in_progress" && code != "upload_spent" {
					t.Error(err)
				}
			})
		}
		wg.Go(func() { u.finish(t, up) })
		wg.Wait()
		u.finish(t, up) // again: nothing happens
		if err := u.AddUpload(t.Context(), u.fresh(u.grant.Hash)); errs.CodeOf(err) != "upload_spent" || !errs.Is(err, errs.Gone) {
			t.Errorf("a spent grant: %v", err)
		}
		if g, err := u.GrantByHash(t.Context(), u.grant.Hash); err != nil || g.SpentAt.IsZero() {
			t.Errorf("grant %+v, %v", g, err)
		}
		got, err := u.Upload(t.Context(), up.ID)
		if err != nil || !got.Completed() || got.Received != got.Length {
			t.Errorf("upload %+v, %v", got, err)
		}
		if removed, err := u.RemoveUpload(t.Context(), up.ID, true, u.now); err != nil || removed.Upload || removed.Video {
			t.Errorf("a completed upload was removed: %v, %v", removed, err)
		}
		if err := u.SaveOffset(t.Context(), up.ID, 1, u.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("a completed upload moved: %v", err)
		}
		u.add(t, "") // its owner may replace what it has
	})
}

func TestAVideoIsUploadingWhileBytesHaveCome(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		up := u.add(t, "")
		steps := []struct {
			do   func() error
			want library.State
		}{
			{func() error { return nil }, library.Waiting},
			{func() error { return u.SaveOffset(t.Context(), up.ID, 10, u.now) }, library.Uploading},
			{func() error { return u.SaveOffset(t.Context(), up.ID, 20, u.now) }, library.Uploading},
			{func() error { return u.SetLength(t.Context(), up.ID, 50, 30, u.now) }, library.Uploading},
			{func() error { _, err := u.RemoveUpload(t.Context(), up.ID, false, u.now); return err }, library.Waiting},
		}
		for i, step := range steps {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			if got := u.state(t); got != step.want {
				t.Errorf("after step %d the video is %s, want %s", i, got, step.want)
			}
		}
		up = u.add(t, "")
		u.finish(t, up)
		if got := u.state(t); got != library.Processing {
			t.Errorf("after the upload the video is %s", got)
		}
	})
}

func TestTheAnnouncedRestCountsWhatRuns(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		rest := func(except ids.UploadID, since time.Time) int64 {
			t.Helper()
			n, err := u.AnnouncedRest(t.Context(), except, since)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := rest("", u.now); n != 0 {
			t.Errorf("with no upload the rest is %d", n)
		}
		up := u.add(t, "")
		if err := u.SaveOffset(t.Context(), up.ID, 30, u.now); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			except ids.UploadID
			since  time.Time
			want   int64
		}{{"", u.now, 70}, {up.ID, u.now, 0}, {"", u.now.Add(time.Second), 0}} {
			if n := rest(tt.except, tt.since); n != tt.want {
				t.Errorf("the rest is %d, want %d", n, tt.want)
			}
		}
		if err := u.SetLength(t.Context(), up.ID, 1<<62, 30, u.now); err != nil {
			t.Fatal(err)
		}
		if n := rest("", u.now); n <= 0 {
			t.Errorf("a vast announcement counts as %d", n)
		}
	})
}

func TestForgettingSparesWhatIsStillOfUse(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		u := newUploads(t, db)
		up := u.add(t, u.grant.Hash)
		forget := func(after time.Duration) {
			t.Helper()
			if err := u.Forget(t.Context(), u.now.Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		forget(100 * time.Hour) // the upload is not completed: neither it nor its grant go
		if _, err := u.Upload(t.Context(), up.ID); err != nil {
			t.Error(err)
		}
		if _, err := u.GrantByHash(t.Context(), u.grant.Hash); err != nil {
			t.Error(err)
		}
		u.finish(t, up)
		forget(time.Minute)
		if _, err := u.Upload(t.Context(), up.ID); err != nil {
			t.Error(err)
		}
		forget(100 * time.Hour)
		if _, err := u.Upload(t.Context(), up.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("an old upload: %v", err)
		}
		if _, err := u.GrantByHash(t.Context(), u.grant.Hash); !errs.Is(err, errs.NotFound) {
			t.Errorf("an old grant: %v", err)
		}
	})
}
