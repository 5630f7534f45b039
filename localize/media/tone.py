"""HDR pictures (PQ, HLG) brought to SDR where they are drawn into or covered: text drawn in SDR over them would glare, and
an eight-bit copy under their tags would be dull. A picture that is copied stays as it is.
"""

from __future__ import annotations

PQ, HLG = "smpte2084", "arib-std-b67"
CODES = {16: PQ, 18: HLG}  # transfer characteristics of ITU-T H.273
WHITE_NITS = 203  # of diffuse white in HDR, ITU-R BT.2408
SHOWN = {PQ: "PQ", HLG: "HLG"}
SDR = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv")


def to_sdr(transfer: str) -> str:
    """The chain of ffmpeg filters that makes an HDR picture BT.709, highlights rolled off; "" for a picture that is none.

    Mobius leaves what is darker than diffuse white nearly as it is. Raises nothing; an ffmpeg without zscale refuses it.
    """
    if transfer not in SHOWN:
        return ""
    return (
        f"zscale=tin={transfer}:pin=bt2020:min=bt2020nc:t=linear:npl={WHITE_NITS},format=gbrpf32le,zscale=p=bt709,"
        "tonemap=mobius:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
    )
