package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"matinee/internal/api"
)

// target is the path of an address below the API's prefix.
func target(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}

func TestAFileIsReplacedByAGrantOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	id := s.sample(t)
	path := "/videos/" + id + "/versions"
	first := s.as(t, s.owner, "POST", path, nil).want(t, 201, "")
	second := s.as(t, s.owner, "POST", path, map[string]any{"upload": map[string]any{"max_bytes": 10, "cors_origin": "https://studio.example"}}).want(t, 201, "")
	for _, a := range []answer{first, second} {
		if !strings.HasPrefix(target(t, a.str("upload", "put_url")), api.Prefix+"/direct/") || a.str("upload", "tus_url") != a.str("upload", "put_url")+"/tus" || a.str("upload", "expires_at") == "" {
			t.Errorf("the right is %s", a.text)
		}
	}
	if first.str("upload", "put_url") == second.str("upload", "put_url") {
		t.Error("it is told twice")
	}
	s.as(t, s.owner, "POST", path, map[string]any{"upload": map[string]any{"max_bytes": -1}}).want(t, 422, "invalid")
	s.as(t, s.owner, "POST", path, map[string]any{"upload": map[string]any{"cors_origin": "studio"}}).want(t, 422, "invalid")

	list := s.as(t, s.owner, "GET", path, nil).want(t, 200, "")
	if list.at("items", 0, "current") != true || list.at("items", 0, "state") != "processing" || list.at("items", 0, "error") != nil || list.at("items", 0, "retire_at") != nil || list.at("items", 1) != nil {
		t.Errorf("the versions are %s", list.text)
	}
	version, _ := list.at("items", 0, "id").(string)
	for _, c := range []struct{ token, method, path string }{
		{s.other, "GET", path}, {s.other, "POST", path}, {s.other, "DELETE", path + "/" + version}, {"", "GET", path}, {"", "POST", path}, {"", "DELETE", path + "/" + version},
	} {
		s.as(t, c.token, c.method, c.path, nil).want(t, http.StatusNotFound, "not_found")
	}
	s.as(t, s.owner, "DELETE", path+"/"+version, nil).want(t, 409, "version_shown")
	s.as(t, s.owner, "DELETE", path+"/0000000000000000000000", nil).want(t, 404, "not_found")
	s.as(t, s.owner, "DELETE", path+"/x", nil).want(t, 422, "invalid")
	if v := s.as(t, s.owner, "GET", "/videos/"+id, nil); v.at("replacement") != nil || !strings.Contains(v.text, `"replacement":null`) {
		t.Errorf("the video is %s", v.text)
	}
	s.as(t, s.owner, "DELETE", "/videos/"+id, nil).want(t, 204, "")
	s.as(t, s.owner, "POST", path, nil).want(t, 404, "not_found")
}

func TestAnAnswerToARepeatedRequestForAReplacementIsTheSame(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	path := "/videos/" + s.sample(t) + "/versions"
	one := s.call(t, "POST", path, nil, "Authorization", s.owner, "Idempotency-Key", "k").want(t, 201, "")
	again := s.call(t, "POST", path, nil, "Authorization", s.owner, "Idempotency-Key", "k").want(t, 201, "")
	if one.text != again.text {
		t.Errorf("got %s, then %s", one.text, again.text)
	}
}

func TestOnlyEditorsHearOfAReplacement(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	id := s.sample(t)
	s.as(t, s.owner, "PATCH", "/videos/"+id, map[string]any{"visibility": "unlisted"}).want(t, 200, "")
	mine, theirs := s.stream(t, s.owner, "", "?video="+id), s.stream(t, s.other, "", "?video="+id)
	mine.wants("hello", "")
	theirs.wants("hello", "")
	s.as(t, s.owner, "PATCH", "/videos/"+id, map[string]any{"title": "another"}).want(t, 200, "")
	mine.wants("video.state", `"replacement":null`)
	if name, _, data := theirs.next(); name != "video.state" || strings.Contains(data, "replacement") {
		t.Errorf("somebody else is told %s %s", name, data)
	}
}
