package ffmpeg

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Offsets of struct seccomp_data (seccomp(2)). The low half of the first argument comes first on both processors.
const (
	callNumber    = 0
	callProcessor = 4
	firstArgument = 16
)

const otherABI = 0x4000_0000 // numbers from here are x32's on amd64, and nobody's on arm64

// forbiddenCalls are the system calls that decoding and encoding never need, and that an intruder begins with: sockets, what
// reaches into other processes, what changes the machine, and what has been a way into the kernel.
func forbiddenCalls() []uint32 {
	return []uint32{
		unix.SYS_SOCKET, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
		unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SEMGET, unix.SYS_MSGGET, unix.SYS_MQ_OPEN,
		unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_FANOTIFY_INIT,
		unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
		unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_UNSHARE, unix.SYS_SETNS,
		unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
		unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_QUOTACTL, unix.SYS_ACCT, unix.SYS_SYSLOG,
		unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT,
		unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME,
		unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_PERSONALITY,
	}
}

// callFilter returns the program that the kernel runs at each system call. clone3 hides its flags in memory and answers "not
// implemented", upon which every C library takes clone. A thread that makes user namespaces itself must be let.
func callFilter(processor uint32, userNamespaces bool) []unix.SockFilter {
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	end := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	// unless returns a jump over the next instruction where the test does not hold.
	unless := func(test uint16, k uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, Jf: 1, K: k}
	}
	denied := end(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	unknown := end(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS))
	out := []unix.SockFilter{
		load(callProcessor), {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: processor}, end(unix.SECCOMP_RET_KILL_PROCESS),
		load(callNumber), unless(unix.BPF_JGE, otherABI), unknown, unless(unix.BPF_JEQ, unix.SYS_CLONE3), unknown,
	}
	for _, number := range forbiddenCalls() {
		out = append(out, unless(unix.BPF_JEQ, number), denied)
	}
	if !userNamespaces {
		out = append(out, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 3, K: unix.SYS_CLONE},
			load(firstArgument), unless(unix.BPF_JSET, unix.CLONE_NEWUSER), denied)
	}
	return append(out, end(unix.SECCOMP_RET_ALLOW))
}

// processorOf names the processor as the kernel's filters do.
func processorOf(arch string) (uint32, error) {
	switch arch {
	case "amd64":
		return unix.AUDIT_ARCH_X86_64, nil
	case "arm64":
		return unix.AUDIT_ARCH_AARCH64, nil
	}
	return 0, fmt.Errorf("there is no filter for %s", arch)
}

// restrictCalls takes the forbidden calls from the calling thread, for ever, and from all that it starts. The thread must
// have given up new privileges.
func restrictCalls(userNamespaces bool) error {
	processor, err := processorOf(runtime.GOARCH)
	if err != nil {
		return err
	}
	filter := callFilter(processor, userNamespaces)
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 { //nolint:gosec // the kernel reads the program where it lies, during the call
		return fmt.Errorf("filter system calls: %w", errno)
	}
	return nil
}
