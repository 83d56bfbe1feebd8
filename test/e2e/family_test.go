package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// noOrphans holds a killed server to leave no process behind: none that it had started, and none that has a file of the folder open.
func (k *killing) noOrphans(children []process) {
	k.Helper()
	eventually(k, patience, "the children of a killed server end", func() bool {
		return !slices.ContainsFunc(children, process.alive) && len(k.holders()) == 0
	})
}

// descendants lists the processes that the server has started, and theirs.
func (k *killing) descendants() (found []process) {
	k.Helper()
	all := processes(k)
	family := map[int]bool{k.server.pid: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if family[p.parent] && !family[p.pid] {
				family[p.pid], grown = true, true
				found = append(found, p)
			}
		}
	}
	return found
}

// isFFmpeg looks at the program, since the arguments need not name a file.
func (p process) isFFmpeg() bool {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/comm")
	return err == nil && strings.HasPrefix(string(name), "ff")
}

// holders lists the other processes that have a file of the data folder open.
func (k *killing) holders() (pids []int) {
	k.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		k.Fatal(err)
	}
	for _, link := range links {
		target, err := os.Readlink(link)
		pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
		if err == nil && pid != os.Getpid() && strings.HasPrefix(target, k.folder.data()+"/") {
			pids = append(pids, pid)
		}
	}
	return pids
}
