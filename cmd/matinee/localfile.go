package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// localFile is a file to upload.
type localFile struct {
	*os.File

	name    string // without its folder
	path    string // absolute
	size    int64
	changed time.Time
}

// openFiles opens all files before the first one is sent, so that a misspelt name costs no time. Its error names each that
// cannot be uploaded.
func openFiles(names []string) ([]localFile, error) {
	var (
		files  []localFile
		faults []error
	)
	for _, name := range names {
		file, err := openFile(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files = append(files, file)
	}
	if len(faults) > 0 {
		closeFiles(files)
		return nil, errors.Join(faults...)
	}
	return files, nil
}

func openFile(name string) (localFile, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return localFile{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return localFile{}, err
	}
	facts, err := file.Stat()
	switch {
	case err != nil:
	case facts.IsDir():
		err = fmt.Errorf("%s is a folder: name the files in it", name)
	case !facts.Mode().IsRegular():
		err = fmt.Errorf("%s is no plain file, and its upload could not go on after a break", name)
	case facts.Size() == 0:
		err = fmt.Errorf("%s is empty", name)
	}
	if err != nil {
		return localFile{}, errors.Join(err, file.Close())
	}
	return localFile{File: file, name: filepath.Base(path), path: path, size: facts.Size(), changed: facts.ModTime()}, nil
}

func closeFiles(files []localFile) {
	for _, file := range files {
		_ = file.Close() // it was only read
	}
}

// humanBytes writes a size as people read it, in powers of 1000.
func humanBytes(n int64) string {
	value, units := float64(n), []string{"bytes", "kB", "MB", "GB", "TB"}
	for len(units) > 1 && value >= 1000 {
		value, units = value/1000, units[1:]
	}
	if units[0] == "bytes" {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[0])
}
