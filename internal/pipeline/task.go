package pipeline

import (
	"time"

	"matinee/internal/ids"
)

// Kind says what a task does.
type Kind string

// The kinds, in the order in which they go for one version.
const (
	Probe    Kind = "probe"    // look at the source, plan, write the init segments
	Prepare  Kind = "prepare"  // remux a source without an index into a scratch copy, then plan
	Chunk    Kind = "chunk"    // encode some segments of every rung
	Audio    Kind = "audio"    // encode one audio track from start to end
	Pictures Kind = "pictures" // the poster
	Verify   Kind = "verify"   // read everything back and hold it to the plan
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Probe, Prepare, Chunk, Audio, Pictures, Verify} }

// LightKinds are those that take little CPU and that somebody waits for: they never queue behind the ladder.
func LightKinds() []Kind { return []Kind{Probe, Prepare, Audio, Pictures, Verify} }

// Ranks order the queue: lower goes first.
const (
	rankProbe      = 10
	rankPrepare    = 15
	rankFirstChunk = 20
	rankAudio      = 20
	rankPictures   = 25
	rankVerify     = 28
	rankChunk      = 30
)

// TaskState says where a task is.
type TaskState string

// The states of a task.
const (
	Queued  TaskState = "queued"
	Running TaskState = "running"
	Done    TaskState = "done"
	GivenUp TaskState = "failed"
)

// Task is one leased unit of media work.
type Task struct {
	ID           ids.TaskID
	Version      ids.VersionID
	Video        ids.VideoID
	Kind         Kind
	Track        string // of an audio task
	Chunk        int    // of a chunk task: index in the plan
	FirstSegment int
	Segments     int
	Rank         int
	State        TaskState
	Crashes      int // attempts that ended because the worker or its process was killed
	Faults       int // attempts that went wrong by themselves
	DoneUnits    int64
	TotalUnits   int64 // frames of a chunk, samples of an audio track, 0 where progress has no measure
	CPU          time.Duration
	Error        string // why the last attempt ended, for the owner
	Waiting      Wait   // what a queued task waits for, "" for its turn
	Waits        int    // how often in a row it has waited for that
	Worker       string // who holds its lease, "" for nobody
	NotBefore    time.Time
	CreatedAt    time.Time
	StartedAt    time.Time
	FinishedAt   time.Time
}

// Wait names what a task waits for that is not its own fault. It counts neither as a fault nor as a crash.
type Wait string

// What tasks wait for.
const (
	DiskFull            Wait = "disk_full"            // the disk of the media, the scratch copies or the database
	StoreUnreadable     Wait = "store_unreadable"     // the source or a made file is there and cannot be read
	DatabaseUnavailable Wait = "database_unavailable" // locked, read-only or not answering
)

// Waits lists everything that tasks wait for.
func Waits() []Wait { return []Wait{DiskFull, StoreUnreadable, DatabaseUnavailable} }

// attempt is how often the task was begun before.
func (t Task) attempt() int { return t.Crashes + t.Faults + t.Waits }

// Lease is a task that a worker holds until Until. Every write under it names Fence and fails once another lease was given.
type Lease struct {
	Task
	Owner string
	Fence int64
	Until time.Time
}

// Worker is whoever asks for a task.
type Worker struct {
	ID    string
	Kinds []Kind
}

// ProbeTask is what every version begins with.
func ProbeTask() Task { return Task{Kind: Probe, Rank: rankProbe} }

// VerifyTask is what every version ends with.
func VerifyTask() Task { return Task{Kind: Verify, Rank: rankVerify} }
