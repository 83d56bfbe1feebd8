package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"matinee/internal/errs"
)

// checkData is what Check stores.
const checkData = "Matinee was here to see whether this store does what it needs."

// Check uses a store the way Matinee does, with a few bytes below the prefix, which nothing else may use, and removes them. The
// error says what the store does not do. It does not judge speed or what happens at a power cut.
func Check(ctx context.Context, s Store, prefix string) (err error) {
	if err := CheckPrefix(prefix); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, checkCleared(context.WithoutCancel(ctx), s, prefix))
	}()
	for _, step := range []struct {
		what string
		do   func(context.Context, Store, string) error
	}{
		{"put an object", checkPut},
		{"read a range of an object", checkRange},
		{"put only where nothing is", checkPutIfAbsent},
		{"delete an object", checkDelete},
	} {
		if err := step.do(ctx, s, prefix); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func checkPut(ctx context.Context, s Store, prefix string) error {
	n, err := s.Put(ctx, prefix+"put", bytes.NewReader([]byte(checkData)))
	if err != nil {
		return err
	}
	info, err := s.Stat(ctx, prefix+"put")
	if err != nil {
		return err
	}
	if n != int64(len(checkData)) || info.SizeBytes != n {
		return fmt.Errorf("%d bytes were put and the store has %d", len(checkData), info.SizeBytes)
	}
	return nil
}

func checkRange(ctx context.Context, s Store, prefix string) error {
	object, err := s.Open(ctx, prefix+"put")
	if err != nil {
		return err
	}
	defer object.Close()
	const from, to = 8, 16
	if _, err := object.Seek(from, io.SeekStart); err != nil {
		return err
	}
	got := make([]byte, to-from)
	if _, err := io.ReadFull(object, got); err != nil {
		return err
	}
	if string(got) != checkData[from:to] {
		return errors.New("other bytes came than were asked for")
	}
	return nil
}

func checkPutIfAbsent(ctx context.Context, s Store, prefix string) error {
	for _, want := range []bool{true, false} {
		won, err := s.PutIfAbsent(ctx, prefix+"absent", []byte(checkData))
		if err != nil {
			return err
		}
		if won != want {
			return errors.New("a second writer takes the place of the first")
		}
	}
	return nil
}

func checkDelete(ctx context.Context, s Store, prefix string) error {
	if err := s.Delete(ctx, prefix+"put"); err != nil {
		return err
	}
	if _, err := s.Stat(ctx, prefix+"put"); !errs.Is(err, errs.NotFound) {
		return errors.Join(errors.New("the object is still there"), err)
	}
	return nil
}

// checkCleared removes what Check has put, and sees that listing and deleting by prefix agree.
func checkCleared(ctx context.Context, s Store, prefix string) error {
	if err := s.DeletePrefix(ctx, prefix); err != nil {
		return err
	}
	for info, err := range s.List(ctx, prefix) {
		if err != nil {
			return err
		}
		return fmt.Errorf("delete all objects below a prefix: %s is still there", info.Key)
	}
	return nil
}
