"""Why a file is not taken: each refusal names the file and what to do instead."""

from __future__ import annotations

from typing import Any

from jiesu.errors import Conflict, Invalid, Missing

__all__ = [
    "BrokenFile",
    "EmptyFile",
    "FileNotFound",
    "FileTooLarge",
    "HiddenContent",
    "LockedFile",
    "MacrosInside",
    "NoFiles",
    "PackedTooTight",
    "PictureTooLarge",
    "StillScanning",
    "TooManyFiles",
    "UnknownKind",
]


class FileRefused(Invalid):
    """`name` is the file's name as neutralised."""

    def __init__(self, name: str, **params: Any) -> None:
        super().__init__("files", name=name, **params)


class NoFiles(Invalid):
    zh = "没有收到文件。请选择要传的文件再提交。"
    en = "No file arrived. Choose the files, then send again."


class TooManyFiles(Invalid):
    zh = "一件诉求最多传 {most} 个文件，已经有 {have} 个，这次选了 {given} 个。请少选几个，或把几张照片并成一个 PDF。"
    en = "At most {most} files belong to one appeal; it has {have}, and you chose {given}. Choose fewer, or join them in one PDF."


class EmptyFile(FileRefused):
    zh = "“{name}”是空文件，没有收下。请重新选择这个文件。"
    en = "“{name}” is empty. Choose that file again."


class FileTooLarge(FileRefused):
    zh = "“{name}”超过 {most} MB，没有收下。照片请不要选“原图”，其他文件请分成几份再传。"
    en = "“{name}” is larger than {most} MB. Send the photo in a smaller size, or split the document."


class UnknownKind(FileRefused):
    zh = "“{name}”不是能收的文件。可以传照片（JPG、PNG 等）、PDF、OFD、Word、Excel、PPT。请另存为其中一种再传，或到服务站请工作人员帮忙。"
    en = "“{name}” is of no kind we take: photos (JPG, PNG …), PDF, OFD, Word, Excel, PowerPoint. Save it as one of these."


class BrokenFile(FileRefused):
    zh = "“{name}”打不开，可能没有传完整。请重新选择，照片可以重拍一张。"
    en = "“{name}” cannot be opened; it may be incomplete. Choose it again, or take the photo again."


class PictureTooLarge(FileRefused):
    zh = "“{name}”的像素太高，没有收下。请对着屏幕截一张图，或把相机分辨率调低再拍。"
    en = "“{name}” has too many pixels. Take a screenshot of it, or photograph it again at a lower resolution."


class PackedTooTight(FileRefused):
    zh = "“{name}”里压缩的内容太多，为安全起见没有收下。请另存为 PDF 再传。"
    en = "“{name}” unpacks to too much, which is unsafe. Save it as PDF and send that."


class HiddenContent(FileRefused):
    zh = "“{name}”里混有别的内容，为安全起见没有收下。请另存为 PDF，或打印出来拍照再传。"
    en = "“{name}” hides other content, which is unsafe. Save it as PDF anew, or photograph a print of it."


class MacrosInside(FileRefused):
    zh = "“{name}”带有宏程序，为安全起见没有收下。请另存为不带宏的文档或 PDF 再传。"
    en = "“{name}” contains macros, which is unsafe. Save it without macros or as PDF and send that."


class LockedFile(FileRefused):
    zh = "“{name}”设了打开密码，我们看不了。请取消密码再传。"
    en = "“{name}” is locked by a password. Remove the password and send it again."


class FileNotFound(Missing):
    zh = "没有找到这个文件，或链接已过期。请回到诉求页面再点一次。"
    en = "There is no such file, or the link has expired. Go back to the appeal and click again."


class StillScanning(Conflict):
    zh = "文件正在查毒，请过几分钟再打开。"
    en = "The file is being scanned for viruses. Try again in a few minutes."
