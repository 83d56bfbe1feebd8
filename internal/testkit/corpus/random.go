package corpus

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Random returns source number n of a seed: the same arguments give the same recipe. Its file is made with any number of seconds
// asked for, since its length is drawn too.
func Random(seed uint64, n int) Source {
	d := &draw{Rand: rand.New(rand.NewPCG(seed, uint64(n)))}
	d.box = pick(d, containers())
	d.seconds = 2 + 4*d.Float64()
	d.name = fmt.Sprintf("random-%d-%d", seed, n)
	if d.box.sound {
		return d.soundAlone()
	}
	return d.film()
}

// draw is one source being drawn.
type draw struct {
	*rand.Rand

	name    string
	box     container
	seconds float64
	video   codec
	width   int
	height  int
	muxing  string // options of every muxer
	steps   []string
	want    Want
}

// container is a format and what may be in it.
type container struct {
	suffix string
	format string // option that names the muxer where the suffix does not
	video  []string
	audio  []string
	text   string // codec of subtitles, "" where it has none
	most   int    // audio tracks
	clock  bool   // it can keep pictures at any time
	sound  bool   // no pictures
}

func containers() []container {
	const mpegAudio = "mp2 ac3"
	return []container{
		{suffix: "mp4", video: list("h264 h264 hevc mpeg4 av1 vp9 mjpeg"), audio: list("aac libmp3lame ac3 alac"), text: "mov_text", most: 3, clock: true},
		{suffix: "mov", video: list("h264 hevc prores mjpeg mpeg4"), audio: list("aac pcm_s16le alac"), text: "mov_text", most: 3, clock: true},
		{suffix: "mkv", video: list("h264 hevc vp8 vp9 mpeg2 mpeg4 mjpeg prores av1"), audio: list("aac libmp3lame ac3 libopus flac libvorbis pcm_s16le"), text: "srt", most: 3, clock: true},
		{suffix: "webm", video: list("vp8 vp9 av1"), audio: list("libopus libvorbis"), text: "webvtt", most: 3, clock: true},
		{suffix: "ts", format: "-f mpegts ", video: list("h264 hevc mpeg2 mpeg4"), audio: list("aac libmp3lame " + mpegAudio), most: 3},
		{suffix: "mpg", format: "-f mpeg ", video: list("mpeg2 mpeg1"), audio: list(mpegAudio), most: 2},
		{suffix: "avi", video: list("h264 mpeg4 mjpeg"), audio: list("libmp3lame pcm_s16le ac3"), most: 2},
		{suffix: "flv", video: list("h264 flv1"), audio: list("aac libmp3lame"), most: 1, clock: true},
		{suffix: "wmv", video: list("wmv2"), audio: list("wmav2"), most: 1},
		{suffix: "mp3", audio: list("libmp3lame"), sound: true},
		{suffix: "m4a", audio: list("aac alac"), sound: true},
		{suffix: "ogg", audio: list("libvorbis libopus"), sound: true},
		{suffix: "wav", audio: list("pcm_s16le"), sound: true},
	}
}

// codec is how pictures are encoded and what the encoder cannot do.
type codec struct {
	args     string
	even     bool // sizes
	smallest int
	standard bool // only the rates of television
	keys     bool // takes -g and -bf
	formats  string
}

func codecs() map[string]codec {
	return map[string]codec{
		"h264":   {args: "-c:v libx264 -preset veryfast -threads 1", even: true, smallest: 16, keys: true, formats: "yuv420p yuv420p yuv422p yuv444p yuv420p10le"},
		"hevc":   {args: "-c:v libx265 -preset ultrafast -threads 1 -x265-params log-level=error:pools=1", even: true, smallest: 64, keys: true, formats: "yuv420p yuv420p10le"},
		"vp8":    {args: strings.TrimSpace(vp8) + " -auto-alt-ref 1 -lag-in-frames 10", smallest: 16, formats: "yuv420p"},
		"vp9":    {args: strings.TrimSpace(vp9), smallest: 16, formats: "yuv420p yuv444p"},
		"av1":    {args: "-c:v libsvtav1 -preset 12 -crf 45 -svtav1-params lp=1", even: true, smallest: 64, formats: "yuv420p"},
		"mpeg1":  {args: "-c:v mpeg1video -b:v 1M -threads 1", even: true, smallest: 32, standard: true, keys: true, formats: "yuv420p"},
		"mpeg2":  {args: strings.TrimSpace(mpeg2), even: true, smallest: 32, standard: true, formats: "yuv420p"},
		"mpeg4":  {args: "-c:v mpeg4 -b:v 500k -threads 1", even: true, smallest: 16, keys: true, formats: "yuv420p"},
		"mjpeg":  {args: "-c:v mjpeg -q:v 6 -threads 1", smallest: 16, formats: "yuvj420p yuvj422p yuvj444p"},
		"prores": {args: "-c:v prores_ks -profile:v 0 -threads 1", even: true, smallest: 64, formats: "yuv422p10le"},
		"flv1":   {args: "-c:v flv -b:v 500k -threads 1", even: true, smallest: 16, formats: "yuv420p"},
		"wmv2":   {args: "-c:v wmv2 -b:v 500k -threads 1", even: true, smallest: 32, formats: "yuv420p"},
	}
}

func list(words string) []string { return strings.Fields(words) }

func pick[T any](d *draw, from []T) T { return from[d.IntN(len(from))] }

// chance is true in so many of 100 draws.
func (d *draw) chance(percent int) bool { return d.IntN(100) < percent }

// film draws pictures, and what comes with them.
func (d *draw) film() Source {
	d.video = codecs()[pick(d, d.box.video)]
	d.size()
	rate, options := d.rate()
	inputs := []string{d.delayed(fmt.Sprintf("-f lavfi -i testsrc2=s=%dx%d:r=%s:d=%s", d.width, d.height, rate, d.number(d.seconds)))}
	maps := []string{"-map 0:v"}
	tracks := d.IntN(d.box.most + 1)
	audio := ""
	for i := range tracks {
		inputs = append(inputs, d.delayed(d.noise()))
		maps = append(maps, fmt.Sprintf("-map %d:a", i+1))
		audio += d.audio(i)
	}
	d.want.Sound = tracks
	d.Shuffle(len(maps), func(i, j int) { maps[i], maps[j] = maps[j], maps[i] })
	inputs, maps, audio = d.extras(inputs, maps, audio)
	d.muxing = d.muxer()
	file := "made." + d.box.suffix
	d.steps = append(d.steps, strings.Join(inputs, " ")+" "+strings.Join(maps, " ")+" "+options+" "+d.video.args+" "+d.keys()+audio+d.muxing+file)
	return d.finish(d.afterwards(file))
}

// soundAlone draws music and speech, with or without a cover.
func (d *draw) soundAlone() Source {
	input := d.noise()
	step := input + " -map 0:a" + d.audio(0)
	if d.box.suffix != "wav" && d.box.suffix != "ogg" && d.chance(50) {
		d.steps = append(d.steps, "-f lavfi -i testsrc2=s=300x300:d=1 -frames:v 1 cover.png")
		step = input + " -i cover.png -map 0:a -map 1:v -c:v png -disposition:v attached_pic" + d.audio(0)
	}
	file := "made." + d.box.suffix
	d.steps = append(d.steps, step+file)
	d.want = Want{Sound: 1}
	return d.finish(file)
}

// size draws usual sizes, and sizes that nobody would choose.
func (d *draw) size() {
	usual := pick(d, [][2]int{{320, 180}, {180, 320}, {240, 240}, {352, 288}, {64, 64}, {426, 180}})
	d.width, d.height = usual[0], usual[1]
	if d.chance(40) {
		d.width, d.height = d.video.smallest+d.IntN(360), d.video.smallest+d.IntN(260)
	}
	if d.video.even {
		d.width, d.height = d.width&^1, d.height&^1
	}
}

// rate draws the cadence and returns the options that come with it.
func (d *draw) rate() (rate, options string) {
	rate = pick(d, list("24000/1001 24 25 30000/1001 30 50 60000/1001 60"))
	if !d.video.standard && d.chance(30) {
		rate = pick(d, list("12 15 15000/1001 25/2 17 59/2 157/5 100/3 10 7 90 120 48"))
	}
	filters := ""
	if d.chance(20) {
		filters = ",setsar=" + pick(d, list("64/45 8/9 4/3 16/11 10/11"))
	}
	format := ",format=" + pick(d, list(d.video.formats))
	if !d.box.clock || d.video.standard || !d.chance(25) {
		return rate, "-vf null" + filters + format
	}
	d.want.Varying = true
	vary := pick(d, []string{
		"setpts=PTS+0.4/(" + rate + ")/TB*sin(N*1.7)+if(gt(N\\,40)\\,0.13/TB\\,0)",
		"select=lt(mod(n\\,50)\\,20)+not(mod(n\\,7))",
		"select=gt(random(" + strconv.Itoa(d.IntN(1000)) + ")\\,0.3)+eq(n\\,0)",
	})
	clock := pick(d, list("1/1000 1/60000")) // MPEG-4 has 16 bits for it
	return rate, "-vf settb=1/60000," + vary + filters + format + " -fps_mode passthrough -enc_time_base " + clock
}

// delayed starts a track later than the file.
func (d *draw) delayed(input string) string {
	if d.chance(15) {
		return "-itsoffset " + pick(d, list("0.04 0.3 0.7 1.9")) + " " + input
	}
	return input
}

// noise is sound about as long as the pictures.
func (d *draw) noise() string {
	return fmt.Sprintf("-f lavfi -i anoisesrc=a=0.1:r=48000:d=%s", d.number(d.seconds*pick(d, []float64{1, 1, 1, 0.5, 1.4})))
}

// audio draws the codec and the layout of track i.
func (d *draw) audio(i int) string {
	name := pick(d, d.box.audio)
	rate, channels := pick(d, list("48000 44100 32000")), pick(d, list("1 2 2 6"))
	switch name {
	case "libopus":
		rate = "48000"
	case "libmp3lame", "mp2", "wmav2", "alac":
		channels = strings.Replace(channels, "6", "2", 1)
	}
	language := pick(d, list("eng deu fra jpn und xx"))
	return fmt.Sprintf(" -c:a:%d %s -ar:a:%d %s -ac:a:%d %s -metadata:s:a:%d language=%s ", i, name, i, rate, i, channels, i, language)
}

// keys draws how far apart key frames are and what is between them.
func (d *draw) keys() string {
	if !d.video.keys {
		return ""
	}
	return "-g " + pick(d, list("1 12 48 250 9999")) + " -bf " + pick(d, list("0 0 2 2")) + " "
}

// extras draws subtitles and an attachment.
func (d *draw) extras(inputs, maps []string, audio string) ([]string, []string, string) {
	if d.box.text != "" && d.chance(25) {
		d.steps = append(d.steps, "@text '1\n00:00:00,500 --> 00:00:01,500\nHello\n' s.srt")
		maps = append(maps, fmt.Sprintf("-map %d", len(inputs)))
		inputs, audio = append(inputs, "-i s.srt"), audio+" -c:s "+d.box.text+" "
		d.want.Subtitles = 1
	}
	if d.box.suffix == "mkv" && d.chance(20) {
		d.steps = append(d.steps, "@text '../../not a font' font.ttf")
		audio += " -attach font.ttf -metadata:s:t mimetype=application/x-truetype-font -metadata:s:t filename=../../font.ttf "
	}
	return inputs, maps, audio
}

// muxer draws how the container is written.
func (d *draw) muxer() string {
	options := d.box.format
	switch d.box.suffix {
	case "mp4", "mov":
		options += pick(d, []string{"", "", "-movflags +faststart ", "-movflags +frag_keyframe+delay_moov "})
	case "mkv", "webm":
		options += pick(d, []string{"", "", "-live 1 ", "-reserve_index_space 2k "})
		options = strings.Replace(options, "-live", map[string]string{"mkv": "-f matroska -live", "webm": "-f webm -live"}[d.box.suffix], 1)
	case "ts":
		options += pick(d, []string{"", "-output_ts_offset 3600.123 ", "-output_ts_offset 95436 "})
	}
	return options
}

// afterwards draws what people do to a file without encoding it: give it a cover, turn it, cut it.
func (d *draw) afterwards(file string) string {
	if !slices.Contains(list("mp4 mov mkv"), d.box.suffix) {
		return file
	}
	turns := d.box.suffix != "mkv"
	next := "again." + d.box.suffix
	switch n := d.IntN(100); {
	case n < 15:
		order := pick(d, []string{"-map 0 -map 1 -c copy -disposition:v:1", "-map 1 -map 0 -c copy -disposition:v:0"})
		d.steps = append(d.steps, "-f lavfi -i testsrc2=s=300x300:d=1 -frames:v 1 cover.jpg",
			"-i "+file+" -i cover.jpg "+order+" attached_pic "+d.muxing+next)
	case turns && n < 30:
		d.steps = append(d.steps, "-i "+file+" -map 0 -c copy -metadata:s:v:0 rotate="+pick(d, list("90 180 270"))+" "+d.muxing+next)
	case turns && n < 45:
		d.steps = append(d.steps, "-ss "+d.number(d.seconds*0.4*d.Float64())+" -i "+file+" -map 0 -c copy "+d.muxing+next)
	default:
		return file
	}
	return next
}

// finish draws damage and gives the file its name.
func (d *draw) finish(file string) Source {
	name := d.name + "." + d.box.suffix
	share := func() string { return d.number(5+90*d.Float64()) + "%" }
	step := "@join " + file // as it is
	if d.chance(30) {
		d.want.Damage, d.want.Refusable = Perhaps, true
		switch d.IntN(5) {
		case 0:
			step = "@keep 0 " + share() + " " + file
		case 1:
			step = "@keep " + share() + " 100% " + file
		case 2:
			step = "@join " + file + " " + file
		case 3:
			step = "@keep 0 " + strconv.Itoa(1+d.IntN(3000)) + " " + file
		default:
			places := []string{share()}
			for range d.IntN(8) {
				places = append(places, share())
			}
			step = fmt.Sprintf("@spoil %d %d %s %s", d.IntN(1000), 1+d.IntN(1000), strings.Join(places, ","), file)
		}
	}
	return Source{Name: name, Steps: append(d.steps, step+" "+name), Want: d.want}
}

func (d *draw) number(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }
