"""One's own account: who I am here, how I am reached, my password, how the pages look."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.duties import password_duty
from accounts.enums import Channel
from accounts.forms import CodeForm, EmailForm, PasswordForm, PhoneForm, PreferencesForm, ProfileForm
from accounts.recovery import offered_channels
from accounts.views.recovery import demo_messages
from autoflow.common.errors import BusinessError
from autoflow.common.identifiers import mask_phone
from autoflow.common.requests import client_address

CONTACT = "contact"
CONTACT_FORMS = {Channel.SMS: PhoneForm, Channel.MAIL: EmailForm}


@require_safe
def profile(request):
    """Who I am here."""
    user = request.user
    kept = {"has_large_type": user.has_large_type, "wants_mail": user.wants_mail}
    context = {
        "preferences": PreferencesForm(initial=kept),
        "masked_phone": mask_phone(user.phone) or "–",
        "has_sms": Channel.SMS in offered_channels(),
    }
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "POST"])
def edit(request):
    """One's own name."""
    form = ProfileForm(request.POST or None, initial={"display_name": request.user.display_name})
    if request.method == "POST" and form.is_valid():
        services.save_profile(by=request.user, **form.cleaned_data)
        messages.success(request, "姓名已保存。")
        return redirect("accounts:profile")
    return render(request, "accounts/profile_edit.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def change_password(request):
    """One's own password."""
    form = PasswordForm(request.POST or None, user=request.user)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            user = services.change_password(
                by=request.user,
                old_password=form.cleaned_data["old_password"],
                new_password=form.cleaned_data["password"],
                address=client_address(request),
            )
        except BusinessError as error:
            form.add_error("old_password", str(error))
            status = error.status
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改，其他设备上的登录已失效。")
            return redirect("accounts:profile")
    context = {"form": form, "duty": password_duty(request.user)}
    return render(request, "accounts/password.html", context, status=status)


@require_http_methods(["GET", "POST"])
def change_contact(request, channel):
    """A new phone or mail, which takes effect when the code sent there comes back."""
    form = CONTACT_FORMS[channel](request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            code = services.request_contact(
                by=request.user, channel=channel, **form.cleaned_data, address=client_address(request)
            )
        except BusinessError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            request.session[CONTACT] = [code.pk, channel.label]
            return redirect("accounts:contact-confirm")
    context = {"form": form, "name": channel.label, "offered": channel in offered_channels()}
    return render(request, "accounts/contact.html", context, status=status)


@require_http_methods(["GET", "POST"])
def confirm_contact(request):
    """The code that came to the new phone or mail."""
    code_id, name = request.session.get(CONTACT, (None, ""))
    if code_id is None:
        return redirect("accounts:profile")
    form = CodeForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.confirm_contact(by=request.user, code_id=code_id, typed=form.cleaned_data["code"])
        except BusinessError as error:
            form.add_error("code", str(error))
            status = error.status
        else:
            del request.session[CONTACT]
            messages.success(request, f"新的{name}已生效，可用于找回密码。")
            return redirect("accounts:profile")
    context = {"form": form, "name": name, "demo_messages": demo_messages()}
    return render(request, "accounts/contact_confirm.html", context, status=status)


@require_POST
def preferences(request):
    """Keep how the pages look for me, and whether news come by mail."""
    form = PreferencesForm(request.POST)
    if form.is_valid():
        services.save_preferences(by=request.user, **form.cleaned_data)
        messages.success(request, "设置已保存。")
    return redirect("accounts:profile")
