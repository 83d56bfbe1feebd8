package pipeline

import (
	"slices"
	"time"

	"matinee/internal/ids"
)

// Kind says what a task does.
type Kind string

// The kinds, in the order in which they go for one version.
const (
	Probe      Kind = "probe"      // look at the source, plan, write the init segments
	Prepare    Kind = "prepare"    // remux a source without an index into a scratch copy, then plan
	Demand     Kind = "demand"     // make what a viewer waits for, of one track and chunk
	Copy       Kind = "copy"       // put the source's own samples as segments
	Chunk      Kind = "chunk"      // encode some segments of every rung
	Audio      Kind = "audio"      // encode one audio track from start to end
	Pictures   Kind = "pictures"   // the poster
	Verify     Kind = "verify"     // read everything back and hold it to the plan
	Storyboard Kind = "storyboard" // small pictures of the whole length
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Probe, Prepare, Demand, Copy, Chunk, Audio, Pictures, Verify, Storyboard}
}

// QuickKinds are over in seconds and lead to a video that plays: they queue behind nothing but themselves.
func QuickKinds() []Kind { return []Kind{Probe} }

// LightKinds are those that take little CPU: they never queue behind the ladder.
func LightKinds() []Kind { return []Kind{Probe, Prepare, Copy, Audio, Pictures, Verify, Storyboard} }

// LadderKinds are all but demand, which has slots of its own.
func LadderKinds() []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return k == Demand })
}

// Ranks order the queue: lower goes first.
const (
	rankDemandSound = 4
	rankDemand      = 5
	rankProbe       = 10
	rankPrepare     = 15
	rankPictures    = 18
	rankFirstChunk  = 20
	rankAudio       = 20
	rankCopy        = 24
	rankVerify      = 28
	rankChunk       = 30
	rankStoryboard  = 40
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
	TotalUnits   int64         // frames of a chunk, samples of an audio track, 0 where progress has no measure
	Cost         time.Duration // CPU time that it will take, as far as was known when it was queued; 0: unknown
	CPU          time.Duration
	Error        string // why the last attempt ended, for the owner
	Waiting      Wait   // what a queued task waits for, "" for its turn
	Waits        int    // how often in a row it has waited for that
	Worker       string // who holds its lease, or did it; "" for nobody yet
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
