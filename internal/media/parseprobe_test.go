package media_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"matinee/internal/media"
)

const phoneJSON = `{"streams":[
 {"index":0,"codec_type":"audio","codec_name":"aac","time_base":"1/48000","start_pts":-1024,"start_time":"-0.021333",
  "duration":"6.0","channels":2,"sample_rate":"48000","nb_frames":"280","tags":{"language":"eng","title":"Main"},"disposition":{"default":1,"dub":0,"comment":1}},
 {"index":1,"codec_type":"video","codec_name":"png","width":300,"height":300,"time_base":"1/90000","disposition":{"attached_pic":1}},
 {"index":2,"codec_type":"video","codec_name":"hevc","width":1920,"height":1080,"pix_fmt":"yuv420p10le","sample_aspect_ratio":"1:1",
  "r_frame_rate":"30/1","avg_frame_rate":"27000/907","time_base":"1/600","start_pts":20,"start_time":"0.033333","duration":"6.05",
  "field_order":"progressive","color_space":"bt2020nc","color_transfer":"arib-std-b67","color_primaries":"bt2020","nb_frames":"180",
  "side_data_list":[{"side_data_type":"Display Matrix","rotation":-90}]}],
 "chapters":[{"start_time":"0.000000","tags":{"title":"Opening"}},{"start_time":"3.500000"}],
 "format":{"start_time":"-0.021333","duration":"6.083333","size":"1234567"}}`

func TestParseProbeReadsWhatAPlanNeeds(t *testing.T) {
	t.Parallel()
	p, err := media.ParseProbe([]byte(phoneJSON), media.MP4)
	if err != nil {
		t.Fatal(err)
	}
	v, ok := p.Video()
	if !ok || v.Index != 2 || v.Rotation != 270 || v.StartTicks != 20 || v.AverageRate != (media.Rational{Num: 27000, Den: 907}) || v.ColourTransfer != "arib-std-b67" {
		t.Errorf("video %+v", v)
	}
	if a := p.Audio(); len(a) != 1 || a[0].Language != "en" || a[0].Title != "Main" || !a[0].Default || a[0].StartSeconds != -0.021333 || !slices.Equal(a[0].Flags, []string{"comment"}) {
		t.Errorf("audio %+v", a)
	}
	if p.SizeBytes != 1234567 || p.DurationSeconds != 6.083333 || p.Container != media.MP4 {
		t.Errorf("probe %+v", p)
	}
	if !slices.Equal(p.Chapters, []media.Chapter{{Title: "Opening"}, {StartSeconds: 3.5}}) {
		t.Errorf("chapters %+v", p.Chapters)
	}
	var back media.Probe
	text, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(p, back) {
		t.Errorf("through JSON it is %+v, %v", back, err)
	}
}

func TestParseProbeReadsMatroskasDurationTag(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]float64{
		`"DURATION":"01:02:03.500000000"`:                                                  3713.5, // when it ends
		`"DURATION-eng":"01:02:03.500000000","_STATISTICS_WRITING_APP-eng":"mkvmerge v70"`: 3723.5,
	} {
		p, err := media.ParseProbe([]byte(`{"streams":[{"codec_type":"video","codec_name":"h264","width":2,"height":2,"time_base":"1/1000","start_time":"10.0","tags":{`+tags+`}}]}`), media.Matroska)
		if err != nil || p.Streams[0].DurationSeconds != want {
			t.Errorf("%s: duration %v, %v; want %v", tags, p.Streams[0].DurationSeconds, err, want)
		}
	}
}

func TestParseProbeRefusesByName(t *testing.T) {
	t.Parallel()
	video := `{"codec_type":"video","codec_name":"h264","width":64,"height":36,"time_base":"1/25"}`
	for name, c := range map[string]struct {
		json string
		want media.Code
	}{
		"no streams":             {`{}`, media.Unreadable},
		"a cover and no sound":   {`{"streams":[{"codec_type":"video","codec_name":"png","width":300,"height":300,"disposition":{"attached_pic":1}}]}`, media.NoTrack},
		"only subtitles":         {`{"streams":[{"codec_type":"subtitle","codec_name":"subrip"}]}`, media.NoTrack},
		"sound nobody decodes":   {`{"streams":[{"codec_type":"audio","channels":2}]}`, media.UnsupportedCodec},
		"an unknown codec":       {`{"streams":[{"codec_type":"video","width":64,"height":36,"time_base":"1/25"}]}`, media.UnsupportedCodec},
		"no size":                {`{"streams":[{"codec_type":"video","codec_name":"h264","time_base":"1/25"}]}`, media.Unreadable},
		"no clock":               {`{"streams":[{"codec_type":"video","codec_name":"h264","width":64,"height":36,"time_base":"0/0"}]}`, media.Unreadable},
		"too many pixels":        {`{"streams":[{"codec_type":"video","codec_name":"h264","width":16384,"height":16384,"time_base":"1/25"}]}`, media.TooManyPixels},
		"a product that is huge": {`{"streams":[{"codec_type":"video","codec_name":"h264","width":4294967296,"height":4294967296,"time_base":"1/25"}]}`, media.TooManyPixels},
		"65 streams":             {`{"streams":[` + strings.Repeat(video+",", 64) + video + `]}`, media.TooManyStreams},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := media.ParseProbe([]byte(c.json), media.MP4)
			if refusal, ok := errors.AsType[*media.Refusal](err); !ok || refusal.Code != c.want {
				t.Errorf("ParseProbe: %v, want %s", err, c.want)
			}
		})
	}
	if _, err := media.ParseProbe([]byte("not JSON"), media.MP4); err == nil {
		t.Error("what is not JSON is read")
	} else if _, ok := errors.AsType[*media.Refusal](err); ok {
		t.Error("ffprobe's fault is blamed on the source")
	}
}

func TestSomeSourcesArePreparedFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		probe media.Probe
		want  bool
	}{
		"MP4":                        {media.Probe{Container: media.MP4, Indexed: true, DurationSeconds: 1}, false},
		"MPEG-TS":                    {media.Probe{Container: media.MPEGTS, DurationSeconds: 1}, true},
		"AVI":                        {media.Probe{Container: media.AVI, Indexed: true, DurationSeconds: 1}, false},
		"AVI without an index":       {media.Probe{Container: media.AVI, DurationSeconds: 1}, true},
		"MPEG-PS":                    {media.Probe{Container: media.MPEGPS, DurationSeconds: 1}, true},
		"Matroska":                   {media.Probe{Container: media.Matroska, Indexed: true, DurationSeconds: 1}, false},
		"Matroska without an index":  {media.Probe{Container: media.Matroska, DurationSeconds: 1}, true},
		"Matroska without an ending": {media.Probe{Container: media.Matroska, Indexed: true}, true},
	} {
		if reason, needed := media.NeedsPrepare(c.probe); needed != c.want || needed != (reason != "") {
			t.Errorf("%s: %v %q", name, needed, reason)
		}
	}
}

// FuzzParseProbe also plans what parses: neither may panic, and a plan must keep its promises.
func FuzzParseProbe(f *testing.F) {
	f.Add([]byte(phoneJSON))
	f.Add([]byte(`{"streams":[{"codec_type":"audio","codec_name":"mp3","channels":2,"time_base":"1/44100","duration":"20.5"},{"index":1,"codec_type":"subtitle","codec_name":"ass"}],"chapters":[{"start_time":"-5"},{"start_time":"1e300","tags":{"title":"\u0000"}}]}`))
	f.Add([]byte(`{"streams":[{"codec_type":"video","codec_name":"h264","width":1,"height":99999,"time_base":"1/1","avg_frame_rate":"1/0","r_frame_rate":"9223372036854775807/1","duration":"1e308"}]}`))
	f.Add([]byte(`{"streams":[{"codec_type":"video","codec_name":"h264","width":64,"height":36,"time_base":"9223372036854775807/1","start_pts":9223372036854775807,"duration":"-1"}],"format":{"duration":"NaN","start_time":"Inf"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := media.ParseProbe(text, media.MP4)
		if err != nil {
			return
		}
		plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
		if err != nil {
			if _, ok := errors.AsType[*media.Refusal](err); !ok {
				t.Errorf("NewPlan: %v is no refusal", err)
			}
			return
		}
		keepsItsPromises(t, plan)
	})
}
