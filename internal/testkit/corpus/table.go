package corpus

import (
	"cmp"
	"slices"
)

// What most sources are made of. ffmpeg's own copies (-c copy) keep what an earlier step made.
const (
	tone  = " -f lavfi -i sine=f=440:b=4:r=48000:d={D}"
	x264  = " -c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p -threads 1"
	x265  = " -c:v libx265 -preset ultrafast -threads 1 -x265-params log-level=error:pools=1"
	aac   = " -c:a aac -b:a 96k -ac 2 "
	open  = " -x264-params open-gop=1:keyint=48:min-keyint=24:bframes=5:b-pyramid=normal:ref=4"
	ten   = " -pix_fmt yuv420p10le"
	vp8   = " -c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -threads 1"
	vp9   = " -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -threads 1"
	mpeg2 = " -c:v mpeg2video -b:v 1M -bf 2 -threads 1"
	fixed = " -fps_mode passthrough"
)

// pictures are the moving test picture of ffmpeg; the size is 320x180 unless another is given.
func pictures(rate string, size ...string) string {
	return "-f lavfi -i testsrc2=s=" + append(slices.Clone(size), "320x180")[0] + ":r=" + rate + ":d={D}"
}

// plain is what a camera or a web page makes.
func plain(rate, file string) string { return pictures(rate) + tone + x264 + aac + file }

// Sources returns the table: each oddity once.
func Sources() []Source {
	all := slices.Concat(rates(), streams(), recorders(), timelines(), varying(), shapes(), tracks(), damaged())
	for i := range all {
		all[i].Want.Shape = cmp.Or(all[i].Want.Shape, "320x180")
	}
	return all
}

// exact is what becomes of a healthy source with sound at a rate.
func exact(rate string) Want { return Want{Rate: rate, Length: 1, Sound: 1} }

// silent is the same without sound.
func silent(rate string) Want { return Want{Rate: rate, Length: 1} }

// remuxed is the same of a source without an index.
func remuxed(rate string) Want { return Want{Rate: rate, Length: 1, Sound: 1, Prepared: true} }

// uneven is what becomes of a rate that is not constant.
func uneven(rate string) Want { return Want{Rate: rate, Length: 1, Sound: 1, Varying: true} }

// rates are the cadences of film, television and screens.
func rates() (all []Source) {
	for _, r := range []struct{ name, rate string }{
		{"24000_1001", "24000/1001"}, {"24", "24/1"}, {"25", "25/1"}, {"30000_1001", "30000/1001"},
		{"30", "30/1"}, {"50", "50/1"}, {"60000_1001", "60000/1001"}, {"60", "60/1"},
	} {
		// The short slice has one that is passed through.
		all = append(all, Source{Name: "cfr_" + r.name + ".mp4", Short: r.name == "60", Steps: []string{plain(r.rate, "cfr_"+r.name+".mp4")}, Want: exact(r.rate)})
	}
	return append(all,
		Source{Name: "low_5fps.mp4", Steps: []string{pictures("5") + tone + x264 + " -bf 3" + aac + "low_5fps.mp4"}, Want: exact("5/1")},
		Source{Name: "low_1fps.mp4", Steps: []string{pictures("1") + tone + x264 + " -bf 3" + aac + "low_1fps.mp4"}, Want: exact("1/1")},
	)
}

// streams are the codecs, and what encoders do between key frames.
func streams() []Source {
	return []Source{
		{Name: "opengop.mp4", Steps: []string{pictures("25") + tone + x264 + open + aac + "opengop.mp4"}, Want: exact("25/1")},
		{Name: "opengop_2398.mkv", Short: true, Steps: []string{pictures("24000/1001") + tone + x264 + open + aac + "opengop_2398.mkv"}, Want: exact("24000/1001")},
		{Name: "intrarefresh.mp4", Steps: []string{pictures("25") + tone + x264 + " -x264-params intra-refresh=1:keyint=50" + aac + "intrarefresh.mp4"}, Want: exact("25/1")},
		{Name: "onekey.mp4", Steps: []string{pictures("25") + tone + x264 + " -g 9999 -sc_threshold 0" + aac + "onekey.mp4"}, Want: exact("25/1")},
		{Name: "hevc_opengop.mp4", Steps: []string{pictures("24") + tone + x265 + ":keyint=48:open-gop=1:bframes=4 -tag:v hvc1" + aac + "hevc_opengop.mp4"}, Want: exact("24/1")},
		{Name: "hevc.mkv", Steps: []string{pictures("60000/1001") + tone + x265 + aac + "hevc.mkv"}, Want: exact("60000/1001")},
		{Name: "hdr_pq10.mp4", Steps: []string{pictures("24") + tone + ten + x265 +
			":colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400" +
			" -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -tag:v hvc1" + aac + "hdr_pq10.mp4"}, Want: exact("24/1")},
		{Name: "hdr_hlg10.mov", Steps: []string{pictures("30000/1001") + tone + ten + x265 + ":colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc" +
			" -color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc -tag:v hvc1" + aac + "hdr_hlg10.mov"}, Want: exact("30000/1001")},
		{Name: "vp9.webm", Short: true, Steps: []string{pictures("30") + tone + vp9 + " -g 90 -auto-alt-ref 1 -lag-in-frames 16 -c:a libopus -b:a 64k vp9.webm"}, Want: exact("30/1")},
		{Name: "vp8.webm", Steps: []string{pictures("30") + tone + vp8 + " -auto-alt-ref 1 -lag-in-frames 16 -c:a libvorbis vp8.webm"}, Want: exact("30/1")},
		{Name: "av1.mp4", Steps: []string{pictures("25") + tone + " -c:v libsvtav1 -preset 12 -crf 45 -g 125 -svtav1-params lp=1" + aac + "av1.mp4"}, Want: exact("25/1")},
		{Name: "mjpeg.mov", Steps: []string{pictures("30") + tone + " -c:v mjpeg -q:v 6 -pix_fmt yuvj420p -c:a pcm_s16le mjpeg.mov"}, Want: exact("30/1")},
		{Name: "prores.mov", Steps: []string{pictures("25") + tone + " -c:v prores_ks -profile:v 0 -c:a pcm_s24le prores.mov"}, Want: exact("25/1")},
		{Name: "xvid_packed.avi", Short: true, Steps: []string{pictures("25") + tone + " -c:v libxvid -b:v 500k -bf 2 -g 100 -c:a libmp3lame xvid_packed.avi"}, Want: exact("25/1")},
		{Name: "mpeg4.avi", Steps: []string{pictures("30000/1001") + tone + " -c:v mpeg4 -b:v 500k -bf 2 -g 100 -threads 1 -c:a libmp3lame mpeg4.avi"}, Want: exact("30000/1001")},
		{Name: "h264.avi", Steps: []string{pictures("25") + tone + x264 + " -c:a libmp3lame h264.avi"}, Want: exact("25/1")},
		{Name: "flv.flv", Steps: []string{plain("30", "flv.flv")}, Want: exact("30/1")},
		{Name: "wmv.wmv", Steps: []string{pictures("25") + tone + " -c:v wmv2 -b:v 500k -c:a wmav2 wmv.wmv"}, Want: exact("25/1")},
		{Name: "gif.gif", Steps: []string{pictures("10", "160x90") + " gif.gif"}, Want: Want{Rate: "10/1", Length: 1, Shape: "160x90"}},
	}
}

// recorders are broadcasts, discs and cameras: streams without an index, clocks that start anywhere, interlaced pictures.
func recorders() []Source {
	const offset = " -output_ts_offset 3600.123 -f mpegts "
	return []Source{
		{Name: "opengop_off.ts", Steps: []string{pictures("30000/1001") + tone + x264 + open + aac + offset + "opengop_off.ts"}, Want: remuxed("30000/1001")},
		{Name: "wrap.ts", Steps: []string{pictures("25") + tone + x264 + aac + "-output_ts_offset 95436 -f mpegts wrap.ts"}, Want: remuxed("25/1")},
		{Name: "hevc.ts", Short: true, Steps: []string{pictures("25") + tone + x265 + ":keyint=50" + aac + "-f mpegts hevc.ts"}, Want: remuxed("25/1")},
		{Name: "mpeg2.ts", Steps: []string{pictures("25") + tone + mpeg2 + " -g 12 -c:a mp2 -f mpegts mpeg2.ts"}, Want: remuxed("25/1")},
		{Name: "mpeg2i.ts", Short: true, Steps: []string{pictures("50", "720x576") + tone + " -vf tinterlace=interleave_top,setsar=64/45 -c:v mpeg2video -b:v 3M -bf 2 -g 12 -threads 1 -flags +ildct+ilme -top 1 -r 25 -c:a mp2 -f mpegts mpeg2i.ts"},
			Want: Want{Rate: "25/1", Length: 1, Sound: 1, Prepared: true, Shape: "320x180"}},
		{Name: "h264i.mp4", Steps: []string{pictures("60000/1001", "640x480") + tone + " -vf tinterlace=interleave_top,setsar=8/9 -c:v libx264 -preset veryfast -threads 1 -flags +ildct+ilme -x264-params tff=1 -r 30000/1001" + aac + "h264i.mp4"},
			Want: Want{Rate: "30000/1001", Length: 1, Sound: 1, Shape: "214x180"}},
		{Name: "mpeg.mpg", Steps: []string{pictures("25") + tone + mpeg2 + " -g 15 -c:a mp2 -f mpeg mpeg.mpg"}, Want: remuxed("25/1")},
		{Name: "live.webm", Short: true, Steps: []string{pictures("30") + tone + vp8 + " -c:a libopus -f webm -live 1 live.webm"}, Want: remuxed("30/1")},
		{Name: "frag.mp4", Steps: []string{pictures("25") + tone + x264 + aac + "-movflags +frag_keyframe+empty_moov frag.mp4"}, Want: exact("25/1")},
		{Name: "faststart_none.mp4", Steps: []string{plain("25", "faststart_none.mp4")}, Want: exact("25/1")},
	}
}

// timelines are tracks that start late, cuts without encoding, and recordings that were cut or joined.
func timelines() []Source {
	return []Source{
		{Name: "vdelay.mov", Steps: []string{"-itsoffset 0.7 " + plain("25", "vdelay.mov")}, Want: Want{Rate: "25/1", Length: 1, Offset: 0.7, Sound: 1}},
		{Name: "vlate.mkv", Steps: []string{"-itsoffset 4.7 " + plain("25", "vlate.mkv")}, Want: Want{Rate: "25/1", Length: 1, Offset: 4.7, Sound: 1}}, // first chunks hold its first picture
		{Name: "adelay.mp4", Steps: []string{pictures("25") + " -itsoffset 0.7" + tone + x264 + aac + "adelay.mp4"}, Want: Want{Rate: "25/1", Length: 1, Offset: 0.7, Sound: 1}},
		{Name: "editcut.mp4", Steps: []string{plain("25", "whole.mp4"), "-ss 3.33 -i whole.mp4 -c copy editcut.mp4"}, Want: Want{Rate: "25/1", Length: 1, Offset: -3.33, Sound: 1}},
		{Name: "editcut.mov", Short: true, Steps: []string{pictures("25") + tone + x264 + open + aac + "whole.mp4", "-ss 2.9 -i whole.mp4 -c copy editcut.mov"}, Want: Want{Rate: "25/1", Length: 1, Offset: -2.9, Sound: 1}},
		{Name: "tscut.ts", Steps: []string{pictures("30000/1001") + tone + x264 + open + aac + "-f mpegts whole.ts", "@keep 10.07% 88% whole.ts tscut.ts"}, Want: Want{Rate: "30000/1001", Sound: 1, Prepared: true, Damage: Perhaps}},
		{Name: "discont.ts", Short: true, Steps: []string{
			plain("25", "one.mp4"), plain("30", "two.mp4"),
			"-i one.mp4 -c copy -f mpegts one.ts", "-i two.mp4 -c copy -output_ts_offset 100 -f mpegts two.ts", "@join one.ts two.ts one.ts discont.ts",
		}, Want: Want{Length: 3, Sound: 1, Prepared: true, Varying: true}},
		{Name: "reschange.ts", Steps: []string{
			plain("25", "one.mp4"), pictures("25", "360x288") + tone + " -vf setsar=64/45" + x264 + aac + "two.mp4",
			"-i one.mp4 -c copy -f mpegts one.ts", "-i two.mp4 -c copy -output_ts_offset {D} -f mpegts two.ts", "@join one.ts two.ts reschange.ts",
		}, Want: Want{Rate: "25/1", Length: 2, Sound: 1, Prepared: true}},
	}
}

// varying are rates that are not constant: telephones and recordings of a screen.
func varying() []Source {
	return []Source{
		{Name: "vfr_phone.mp4", Short: true, Steps: []string{pictures("30") + tone + " -vf 'settb=1/90000,setpts=N*3003+600*sin(N*1.7)+if(gt(N\\,100)\\,5000\\,0)'" + fixed +
			" -enc_time_base 1/90000" + x264 + " -video_track_timescale 90000" + aac + "vfr_phone.mp4"}, Want: uneven("30000/1001")},
		{Name: "vfr_phone240.mov", Steps: []string{pictures("120") + tone + " -vf 'select=if(between(t/{D}\\,0.24\\,0.42)\\,1\\,not(mod(n\\,4))),settb=1/600'" + fixed +
			" -enc_time_base 1/600" + x264 + " -video_track_timescale 600" + aac + "vfr_phone240.mov"}, Want: uneven("60000/1001")},
		{Name: "vfr_screen.mkv", Short: true, Steps: []string{pictures("60") + tone + " -vf 'select=between(t/{D}\\,0\\,0.05)+between(t/{D}\\,0.29\\,0.325)+eq(n\\,200)+between(t/{D}\\,0.66\\,0.68)*not(mod(n\\,7))+gt(t/{D}\\,0.94),settb=1/1000'" + fixed +
			" -enc_time_base 1/1000" + x264 + " -g 600" + aac + "vfr_screen.mkv"}, Want: uneven("60/1")},
		{Name: "vfr_screen.webm", Steps: []string{pictures("30") + tone + " -vf 'select=lt(t/{D}\\,0.14)+not(mod(n\\,23)),settb=1/1000'" + fixed +
			" -enc_time_base 1/1000" + vp8 + " -c:a libopus vfr_screen.webm"}, Want: uneven("30/1")},
	}
}

// shapes are sizes, pixel shapes, rotations and colour formats.
func shapes() []Source {
	return []Source{
		{Name: "rot90.mp4", Short: true, Steps: []string{plain("30", "upright.mp4"), "-i upright.mp4 -c copy -metadata:s:v:0 rotate=90 rot90.mp4"}, Want: Want{Rate: "30/1", Length: 1, Sound: 1, Shape: "180x320"}},
		{Name: "sar.mp4", Steps: []string{pictures("25", "360x288") + tone + " -vf setsar=64/45" + x264 + aac + "sar.mp4"}, Want: exact("25/1")},
		{Name: "odd444.mp4", Steps: []string{pictures("25", "321x181") + tone + " -c:v libx264 -preset veryfast -pix_fmt yuv444p -threads 1" + aac + "odd444.mp4"}, Want: exact("25/1")},
		{Name: "odd_vp9.webm", Steps: []string{pictures("25", "321x181") + vp9 + " -pix_fmt yuv420p odd_vp9.webm"}, Want: silent("25/1")},
		{Name: "tiny.mp4", Steps: []string{pictures("25", "64x36") + x264 + " tiny.mp4"}, Want: Want{Rate: "25/1", Length: 1, Shape: "64x36"}},
		{Name: "portrait.mp4", Steps: []string{pictures("30", "180x320") + tone + x264 + aac + "portrait.mp4"}, Want: Want{Rate: "30/1", Length: 1, Sound: 1, Shape: "180x320"}},
	}
}

// tracks are none, many, long, short, and those that are neither picture nor sound.
func tracks() []Source {
	const (
		subtitles = `@text '1
00:00:01,000 --> 00:00:02,000
Hello

2
00:00:03,000 --> 00:00:04,500
Bye <i>you</i>
' s.srt`
		noise = " -f lavfi -i anoisesrc=d={D}:a=0.1:r="
		cover = "-f lavfi -i testsrc2=s=300x300:d=1 -frames:v 1 cover.png"
		mp3   = "-f lavfi -i sine=f=440:b=4:r=48000:d={D} -c:a libmp3lame "
	)
	return []Source{
		{Name: "noaudio.mp4", Steps: []string{pictures("25") + x264 + " noaudio.mp4"}, Want: silent("25/1")},
		{Name: "alonger.mp4", Steps: []string{pictures("25") + " -f lavfi -i sine=f=440:b=4:r=48000:d=26" + x264 + aac + "alonger.mp4"}, Want: Want{Rate: "25/1", Offset: 26, Sound: 1}},
		{Name: "ashorter.mp4", Steps: []string{pictures("25") + " -f lavfi -i sine=f=440:b=4:r=48000:d=3" + x264 + aac + "ashorter.mp4"}, Want: exact("25/1")},
		{Name: "multi.mkv", Short: true, Steps: []string{pictures("25") + tone + tone + noise + "44100 -map 0 -map 1 -map 2 -map 3" + x264 +
			" -c:a:0 aac -c:a:1 ac3 -c:a:2 libmp3lame -metadata:s:a:0 language=eng -metadata:s:a:1 language=deu -metadata:s:a:2 language=fra multi.mkv"}, Want: Want{Rate: "25/1", Length: 1, Sound: 3}},
		{Name: "subs.mkv", Short: true, Steps: []string{plain("25", "whole.mp4"), subtitles, "-i whole.mp4 -i s.srt -map 0 -map 1 -c copy -c:s srt -metadata:s:s language=eng subs.mkv"}, Want: Want{Rate: "25/1", Length: 1, Sound: 1, Subtitles: 1}},
		{Name: "subs.mp4", Steps: []string{plain("25", "whole.mp4"), subtitles, "-i whole.mp4 -i s.srt -map 0 -map 1 -c copy -c:s mov_text subs.mp4"}, Want: Want{Rate: "25/1", Length: 1, Sound: 1, Subtitles: 1}},
		{Name: "audio.mp3", Steps: []string{mp3 + "audio.mp3"}, Want: Want{Length: 1, Sound: 1}},
		{Name: "cover.m4a", Short: true, Steps: []string{mp3 + "audio.mp3", cover, "-i audio.mp3 -i cover.png -map 0:a -map 1:v -c:a aac -c:v png -disposition:v attached_pic cover.m4a"}, Want: Want{Length: 1, Sound: 1}},
		{Name: "six_ch.mkv", Steps: []string{pictures("25") + noise + "48000" + x264 + " -c:a ac3 -ac 6 six_ch.mkv"}, Want: exact("25/1")},
		{Name: "shortest_1frame.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=25:d=0.04" + x264 + " shortest_1frame.mp4"}, Want: Want{Offset: 0.04}},
		{Name: "short_1s.mp4", Steps: []string{"-f lavfi -i testsrc2=s=320x180:r=25:d=1 -f lavfi -i sine=f=440:r=48000:d=1" + x264 + aac + "short_1s.mp4"}, Want: Want{Rate: "25/1", Offset: 1, Sound: 1}},
	}
}

// damaged are files that a transfer cut off and that a disk spoilt.
func damaged() []Source {
	fast := pictures("25") + tone + x264 + aac + "-movflags +faststart whole.mp4"
	const places = "27%,41%,41.07%,56%"
	return []Source{
		{Name: "trunc_moovend.mp4", Short: true, Steps: []string{plain("25", "whole.mp4"), "@keep 0 50% whole.mp4 trunc_moovend.mp4"}, Want: Want{Refused: "truncated_no_index"}},
		{Name: "trunc_faststart.mp4", Short: true, Steps: []string{fast, "@keep 0 60% whole.mp4 trunc_faststart.mp4"}, Want: Want{Rate: "25/1", Length: 1, Sound: 1, Damage: Some}},
		{Name: "corrupt.ts", Steps: []string{pictures("30000/1001") + tone + x264 + open + aac + "-output_ts_offset 3600.123 -f mpegts whole.ts", "@spoil 1 900 " + places + " whole.ts corrupt.ts"}, Want: Want{Rate: "30000/1001", Length: 1, Sound: 1, Prepared: true, Damage: Perhaps}},
		{Name: "corrupt.mp4", Steps: []string{fast, "@spoil 1 900 " + places + " whole.mp4 corrupt.mp4"}, Want: Want{Rate: "25/1", Length: 1, Sound: 1, Damage: Perhaps}},
	}
}
