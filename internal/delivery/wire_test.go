//go:build linux

package delivery_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/ids"
)

// segmentOf puts a segment of so many bytes into the store and returns its address.
func (o *origin) segmentOf(number, size int) (path string, data []byte) {
	o.t.Helper()
	data = make([]byte, size)
	_, _ = rand.Read(data)
	video, version := o.idsOf(o.public)
	_, err := o.files.Put(o.t.Context(), blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "h264-360", Number: number}), bytes.NewReader(data))
	must(o.t, err)
	return fmt.Sprintf("%sh264-360/%d.m4s", o.public, number), data
}

func TestAWholeSegmentReadsLikeTheAnswerOfNetHTTP(t *testing.T) {
	t.Parallel()
	o := setup(t)
	plain := httptest.NewServer(o.server.Config.Handler)
	defer plain.Close()
	for number, size := range []int{0, 1, 511, 512, 513, 4096, 1 << 20} {
		path, data := o.segmentOf(number, size)
		for range 2 { // the second time the file is open
			ours := o.do("GET", path)
			theirs := (&origin{t: t, server: plain}).do("GET", path)
			ours.header.Del("Date")
			theirs.header.Del("Date")
			if ours.status != 200 || ours.body != string(data) || theirs.body != string(data) {
				t.Errorf("%d bytes: %d came, and %d of net/http", size, len(ours.body), len(theirs.body))
			}
			if !maps.EqualFunc(ours.header, theirs.header, slices.Equal) {
				t.Errorf("%d bytes: the headers are %v, those of net/http %v", size, ours.header, theirs.header)
			}
		}
	}
}

func TestManyReadOneSegmentAtOnce(t *testing.T) {
	t.Parallel()
	o := setup(t)
	path, data := o.segmentOf(7, 3<<20)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 4 {
				if a := o.do("GET", path); a.body != string(data) {
					t.Errorf("other bytes came: %d, %d of them", a.status, len(a.body))
				}
			}
		})
	}
	all.Wait()
}

// dial opens a connection whose small buffer makes the server wait.
func (o *origin) dial() *net.TCPConn {
	o.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(o.server.URL, "http://"))
	must(o.t, err)
	tcp := conn.(*net.TCPConn)
	must(o.t, tcp.SetReadBuffer(64<<10))
	o.t.Cleanup(func() { _ = tcp.Close() })
	return tcp
}

func TestAnswersFollowEachOtherOnOneConnection(t *testing.T) {
	t.Parallel()
	o := setup(t)
	path, data := o.segmentOf(7, 5<<20)
	conn := o.dial()
	paths := []string{path, o.public + "master.m3u8", path, o.public + "none.m3u8", o.public + "h264-360/init.mp4", path}
	for _, p := range paths { // all at once: the answers come in order
		_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", p)
		must(t, err)
	}
	reader := bufio.NewReaderSize(conn, 64<<10)
	for _, p := range paths {
		answer, err := http.ReadResponse(reader, nil)
		must(t, err)
		body, err := io.ReadAll(answer.Body)
		must(t, err)
		if p == path && !bytes.Equal(body, data) || answer.StatusCode != 200 && !strings.HasSuffix(p, "none.m3u8") {
			t.Errorf("%s answers %d with %d bytes", p, answer.StatusCode, len(body))
		}
	}
}

func TestOneThatLeavesDoesNotHinderTheOthers(t *testing.T) {
	t.Parallel()
	o := setup(t)
	path, data := o.segmentOf(7, 5<<20)
	for range 8 {
		conn := o.dial()
		_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
		must(t, err)
		_, err = io.CopyN(io.Discard, conn, 10_000)
		must(t, err)
		must(t, conn.Close())
	}
	if a := o.do("GET", path); a.body != string(data) {
		t.Errorf("then it answers %d with %d bytes", a.status, len(a.body))
	}
}

func TestAnOldClientGetsTheWholeSegment(t *testing.T) {
	t.Parallel()
	o := setup(t)
	path, data := o.segmentOf(7, 1<<20)
	conn := o.dial()
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.0\r\n\r\n", path)
	must(t, err)
	all, err := io.ReadAll(conn)
	must(t, err)
	if !bytes.HasSuffix(all, data) {
		t.Errorf("%d bytes came", len(all))
	}
}

func TestAFileThatWasCutEndsTheConnection(t *testing.T) {
	t.Parallel()
	o := setup(t)
	path, _ := o.segmentOf(7, 1<<20)
	o.do("GET", path)
	video, version := o.idsOf(o.public)
	file, err := o.files.Append(t.Context(), blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "h264-360", Number: 7}), 1000)
	must(t, err)
	must(t, file.Close())
	conn := o.dial()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	must(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	if body, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("%d bytes came as if they were all", len(body))
	}
}
