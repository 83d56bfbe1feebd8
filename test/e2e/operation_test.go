package e2e_test

import (
	"net/url"
	"testing"

	"matinee/internal/testkit/clips"
)

func TestAnAdministratorHasAChunkDoneAgain(t *testing.T) {
	t.Parallel()
	s := newFolder(t).start()
	admin := s.account("admin", "admin")
	video := uploadClip(t, admin, clips.Silent, "private")
	awaitReady(t, admin, video.ID)
	tasks, err := admin.Tasks(t.Context(), url.Values{"video": {video.ID}, "kind": {"chunk"}})
	if err != nil || len(tasks) == 0 || tasks[0].State != "done" || tasks[0].Chunk == nil || tasks[0].Video.ID != video.ID {
		t.Fatalf("tasks %+v, %v", tasks, err)
	}
	operation, err := admin.RetryTask(t.Context(), tasks[0].ID)
	if err != nil || operation.Kind != "retry" || operation.TaskID != tasks[0].ID || operation.VideoID != video.ID {
		t.Fatalf("operation %+v, %v", operation, err)
	}
	eventually(t, readyWithin, "the chunk is done again", func() bool {
		now, err := admin.Operation(t.Context(), operation.ID)
		if err != nil || now.State == "failed" {
			t.Fatalf("operation %+v, %v", now, err)
		}
		return now.State == "done" && now.Progress == 1
	})
	awaitReady(t, admin, video.ID)
	storage, err := admin.Storage(t.Context())
	if err != nil || storage.FreeBytes <= 0 || storage.TotalBytes < storage.FreeBytes || storage.ReserveBytes <= 0 {
		t.Errorf("storage %+v, %v", storage, err)
	}
	s.stop()
}
