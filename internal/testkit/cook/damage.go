package cook

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// damage follows a step that needs no ffmpeg:
//
//	@text CONTENT NEW                a text file
//	@keep FROM TO OLD NEW            the bytes between two places
//	@join OLD… NEW                   files one after the other
//	@spoil SEED LENGTH AT,… OLD NEW  random bytes over so many at each place
//
// A place is a number of bytes from the start, or a part of the whole such as 60%.
func damage(dir string, words []string) error {
	verb, args := words[0], words[1:]
	if len(args) < 2 {
		return fmt.Errorf("%s needs more words", verb)
	}
	target := filepath.Join(dir, args[len(args)-1])
	made, err := damaged(dir, verb, args[:len(args)-1])
	if err != nil {
		return err
	}
	return os.WriteFile(target, made, 0o644)
}

func damaged(dir, verb string, args []string) ([]byte, error) {
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }
	switch {
	case verb == "@text" && len(args) == 1:
		return []byte(args[0]), nil
	case verb == "@keep" && len(args) == 3:
		old, err := read(args[2])
		if err != nil {
			return nil, err
		}
		from, to := place(args[0], old), place(args[1], old)
		return old[min(from, to):to], nil
	case verb == "@join":
		var all [][]byte
		for _, name := range args {
			old, err := read(name)
			if err != nil {
				return nil, err
			}
			all = append(all, old)
		}
		return bytes.Join(all, nil), nil
	case verb == "@spoil" && len(args) == 4:
		old, err := read(args[3])
		if err != nil {
			return nil, err
		}
		return spoil(old, args[0], args[1], strings.Split(args[2], ",")), nil
	}
	return nil, fmt.Errorf("there is no step %s of %d words", verb, len(args))
}

// place reads a number of bytes or a part of the whole; it is inside of the file whatever the text says.
func place(text string, whole []byte) int {
	part, percent := strings.CutSuffix(text, "%")
	n, _ := strconv.ParseFloat(part, 64)
	if percent {
		n = math.Round(n * float64(len(whole)) / 100)
	}
	return int(min(max(n, 0), float64(len(whole))))
}

// spoil overwrites bytes by others, which are the same for the same seed.
func spoil(old []byte, seed, length string, places []string) []byte {
	s, _ := strconv.ParseUint(seed, 10, 64)
	n, _ := strconv.Atoi(length)
	random := rand.New(rand.NewPCG(s, 0))
	for _, at := range places {
		from := place(at, old)
		for i := from; i < min(from+n, len(old)); i++ {
			old[i] = byte(random.Uint32())
		}
	}
	return old
}
